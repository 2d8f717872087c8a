using System.Text;

namespace Portal.Sandbox.Istioctl.Analysis.Sources;

/// <summary>Cuts a YAML text into its documents, and counts lines as istioctl does.</summary>
internal static class YamlChunks
{
    /// <returns>The text of each document, and the line on which its content begins (a comment counts as content).</returns>
    public static IEnumerable<(string Text, int Line)> Of(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var buffer = new StringBuilder();
        var start = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            var separator = line.StartsWith("---", StringComparison.Ordinal) && string.IsNullOrWhiteSpace(line[3..]);
            if (separator && buffer.Length > 0)
            {
                yield return (buffer.ToString().Trim(), start == 0 ? i + 1 : start);
                buffer.Clear();
                start = 0;
                continue;
            }
            if (start == 0 && line.Length > 0 && line != "---") start = i + 1;
            buffer.Append(line).Append('\n');
        }
        if (!string.IsNullOrWhiteSpace(buffer.ToString())) yield return (buffer.ToString().Trim(), Math.Max(start, 1));
    }
}
