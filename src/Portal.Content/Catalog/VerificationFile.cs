using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Portal.Content.Model;
using Portal.Content.Yaml;
using YamlDotNet.RepresentationModel;

namespace Portal.Content.Catalog;

/// <summary>The file <c>verified.yaml</c> of a lesson: where and when a run found that the lesson does what it says. Written by that run only.</summary>
public static class VerificationFile
{
    public const string FileName = "verified.yaml";

    /// <summary>The records, by provider. A file that cannot be read records nothing.</summary>
    public static ImmutableArray<Verification> Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path)) return [];
        try
        {
            return [.. ((YamlReader.Read(File.ReadAllText(path), 1) as YamlSequenceNode)?.Children ?? []).OfType<YamlMappingNode>().Select(Record).OfType<Verification>()];
        }
        catch (YamlProblemException)
        {
            return [];
        }
    }

    /// <summary>Writes a record in place of the one for the same provider.</summary>
    public static void Write(string directory, Verification verification)
    {
        var text = new StringBuilder("# Written by 'portal lesson test' when the whole lesson came out as stated.\n");
        foreach (var record in Read(directory).Where(v => v.Provider != verification.Provider).Append(verification).OrderBy(v => v.Provider, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"- provider: {record.Provider}\n  kubernetes: \"{record.Kubernetes}\"\n");
            if (record.Istio is { } istio) text.Append(CultureInfo.InvariantCulture, $"  istio: \"{istio}\"\n");
            text.Append(CultureInfo.InvariantCulture, $"  on: {record.On:yyyy-MM-dd}\n");
        }
        File.WriteAllText(Path.Combine(directory, FileName), text.ToString());
    }

    private static Verification? Record(YamlMappingNode node) =>
        node.Text("provider") is { } provider && node.Text("kubernetes") is { } kubernetes && DateOnly.TryParseExact(node.Text("on"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var on)
            ? new(provider, kubernetes, node.Text("istio"), on)
            : null;
}
