using System.Text;
using Portal.Web.Components.Shared.Text;

namespace Portal.Web.Components.Cluster;

/// <summary>YAML as markup, the lines marked that are not in an earlier text. Pure.</summary>
internal sealed record YamlLines(string Html, int Changed)
{
    /// <summary>Of what is neither at the beginning nor at the end the same; comparing costs its square.</summary>
    private const int MaxCompared = 600;

    public static YamlLines None { get; } = new("", 0);

    /// <param name="before">Null marks nothing.</param>
    public static YamlLines Of(string text, string? before)
    {
        if (before is null || before == text) return new(CodeHighlighter.ToHtml(text, "yaml"), 0);
        var lines = text.Split('\n');
        var marks = New(lines, before.Split('\n'));
        var shown = new StringBuilder(text.Length * 2);
        // Tokens of YAML end with their line.
        for (var i = 0; i < lines.Length; i++)
        {
            if (i > 0) shown.Append('\n');
            var line = CodeHighlighter.ToHtml(lines[i], "yaml");
            if (marks[i]) shown.Append("<mark>").Append(line).Append("</mark>");
            else shown.Append(line);
        }
        return new(shown.ToString(), marks.Count(m => m));
    }

    private static bool[] New(string[] now, string[] was)
    {
        var marks = new bool[now.Length];
        var (start, end) = (0, 0);
        var shorter = Math.Min(now.Length, was.Length);
        while (start < shorter && now[start] == was[start]) start++;
        while (end < shorter - start && now[^(end + 1)] == was[^(end + 1)]) end++;
        var a = now.AsSpan(start, now.Length - start - end);
        var b = was.AsSpan(start, was.Length - start - end);
        if (a.Length > MaxCompared || b.Length > MaxCompared)
        {
            marks.AsSpan(start, a.Length).Fill(true);
            return marks;
        }
        // The longest common subsequence: what is not part of it is new.
        var longest = new int[a.Length + 1, b.Length + 1];
        for (var i = a.Length - 1; i >= 0; i--)
            for (var j = b.Length - 1; j >= 0; j--)
                longest[i, j] = a[i] == b[j]
                    ? longest[i + 1, j + 1] + 1
                    : Math.Max(longest[i + 1, j], longest[i, j + 1]);
        for (var (i, j) = (0, 0); i < a.Length;)
        {
            if (j < b.Length && a[i] == b[j]) (i, j) = (i + 1, j + 1);
            else if (j < b.Length && longest[i, j + 1] >= longest[i + 1, j]) j++;
            else marks[start + i++] = true;
        }
        return marks;
    }
}
