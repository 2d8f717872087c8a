using System.Globalization;

namespace Portal.Labs.Authoring;

/// <summary>Writes what a trial finds and counts it.</summary>
internal sealed class TrialLog(TextWriter writer)
{
    public int Stated { get; private set; }
    public int NotStated { get; private set; }

    public void Heading(string text) => writer.WriteLine(text);

    public void Note(string text) => writer.WriteLine($"  - {text}");

    /// <summary>One thing that came out as stated, or did not; then its details are shown.</summary>
    public void Outcome(bool ok, string text, string? details = null, bool always = false)
    {
        if (ok) Stated++;
        else NotStated++;
        writer.WriteLine($"  {(ok ? "✓" : "✗")} {text}");
        if ((!ok || always) && details?.TrimEnd() is { Length: > 0 } shown) writer.WriteLine(string.Join('\n', shown.Split('\n').Select(l => "      " + l)));
    }

    public static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0}s");
}
