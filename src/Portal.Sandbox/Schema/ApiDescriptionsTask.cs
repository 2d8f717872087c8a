// Runs inside MSBuild (see ApiDescriptions.targets), which compiles it for .NET Standard: no newer language features.
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text;
using System.Xml;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Writes one line for each documented model class and property: name, tab, text; paragraphs are separated by \n.</summary>
public class ApiDescriptionsTask : Task
{
    private const string Models = "k8s.Models.";

    [Required]
    public string Documentation { get; set; }

    [Required]
    public string Destination { get; set; }

    public override bool Execute()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        var partial = Destination + ".tmp";
        using (var xml = XmlReader.Create(Documentation))
        using (var writer = new StreamWriter(new GZipStream(File.Create(partial), CompressionLevel.Optimal), new UTF8Encoding(false)))
        {
            while (xml.ReadToFollowing("member"))
            {
                var name = xml.GetAttribute("name");
                if (name == null || name.Length < 2 || (name[0] != 'T' && name[0] != 'P') || string.CompareOrdinal(name, 2, Models, 0, Models.Length) != 0) continue;
                if (!xml.ReadToDescendant("summary")) continue;
                writer.Write(name.Substring(2 + Models.Length));
                writer.Write('\t');
                writer.WriteLine(Paragraphs(xml.ReadElementContentAsString()));
            }
        }
        File.Delete(Destination);
        File.Move(partial, Destination);
        return true;
    }

    /// <summary>Joins lines that were wrapped; an empty line separates paragraphs.</summary>
    private static string Paragraphs(string text)
    {
        var paragraphs = new List<string>();
        var current = new StringBuilder();
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Trim().Replace('\t', ' ');
            if (line.Length > 0)
            {
                if (current.Length > 0) current.Append(' ');
                current.Append(line);
                continue;
            }
            if (current.Length > 0) paragraphs.Add(current.ToString());
            current.Clear();
        }
        if (current.Length > 0) paragraphs.Add(current.ToString());
        return string.Join("\\n", paragraphs);
    }
}
