using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Programs.Observability;

/// <summary>The pages of the observability programs: one HTML text each, with the styles and scripts that it includes.</summary>
internal static partial class ObservabilityPage
{
    private static readonly ConcurrentDictionary<string, string> s_pages = new(StringComparer.Ordinal);

    public static HttpReply Reply(string name) =>
        HttpReply.Of(200, s_pages.GetOrAdd(name, static n => IncludePattern().Replace(Read(n + ".html"), static m => Read(m.Groups[1].Value))), "text/html; charset=utf-8");

    public static HttpReply Redirect(string location)
    {
        var reply = HttpReply.Of(302, $"<a href=\"{location}\">Found</a>.\n\n", "text/html; charset=utf-8");
        reply.Headers["location"] = location;
        return reply;
    }

    [GeneratedRegex(@"/\* include (\S+) \*/")]
    private static partial Regex IncludePattern();

    private static string Read(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("pages/" + name)!);
        return reader.ReadToEnd();
    }
}
