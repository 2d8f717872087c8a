using System.Collections.Concurrent;
using System.Reflection;

namespace Portal.Sandbox.Programs.Observability;

/// <summary>The pages of the observability programs: one HTML text each, with the shared style and script in it.</summary>
internal static class ObservabilityPage
{
    private static readonly ConcurrentDictionary<string, string> s_pages = new(StringComparer.Ordinal);

    public static HttpReply Reply(string name) => HttpReply.Of(200, s_pages.GetOrAdd(name, static n => Read(n + ".html")
        .Replace("/* shared style */", Read("shared.css"), StringComparison.Ordinal)
        .Replace("/* shared script */", Read("shared.js"), StringComparison.Ordinal)
        .Replace("/* page script */", Read(n + ".js"), StringComparison.Ordinal)), "text/html; charset=utf-8");

    public static HttpReply Redirect(string location)
    {
        var reply = HttpReply.Of(302, $"<a href=\"{location}\">Found</a>.\n\n", "text/html; charset=utf-8");
        reply.Headers["location"] = location;
        return reply;
    }

    private static string Read(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("pages/" + name)!);
        return reader.ReadToEnd();
    }
}
