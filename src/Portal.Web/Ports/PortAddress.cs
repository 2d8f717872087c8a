using System.Globalization;
using System.Text.RegularExpressions;

namespace Portal.Web.Ports;

/// <summary>A port of a workspace, as a host name says it: <c>8080--abc.localhost</c>.</summary>
internal sealed partial record PortAddress(int Port, string WorkspaceId)
{
    /// <summary>Null when the host is the portal itself, or none of its names.</summary>
    public static PortAddress? Parse(string host, string domain) =>
        host.Length > domain.Length + 1
        && host[^(domain.Length + 1)] == '.'
        && host.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
        && Label().Match(host[..^(domain.Length + 1)]) is { Success: true } match
        && int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) is > 0 and < 65536 and var port
            ? new(port, match.Groups[2].Value)
            : null;

    public string Host(string domain) => string.Create(CultureInfo.InvariantCulture, $"{Port}--{WorkspaceId}.{domain}");

    /// <summary>All of them, as a content security policy names them.</summary>
    /// <param name="portal">Where the portal is: they have its scheme and port.</param>
    public static string Pattern(Uri portal, string domain)
    {
        var port = portal.IsDefaultPort ? "" : string.Create(CultureInfo.InvariantCulture, $":{portal.Port}");
        return $"{portal.Scheme}://*.{domain}{port}";
    }

    /// <summary>The link to a page of a port.</summary>
    /// <param name="framed">Whether it is shown in a page of the portal that says whose it is.</param>
    public static string Link(string workspaceId, int port, string path, bool framed = false) =>
        Path(workspaceId, port) + "?path=" + Uri.EscapeDataString(path) + (framed ? "&framed=true" : "");

    /// <summary>The page that shows it to who instructs its learner, with the learner's name.</summary>
    public static string LearnerLink(string workspaceId, int port, string path) =>
        Path(workspaceId, port) + "/learner?path=" + Uri.EscapeDataString(path);

    /// <summary>The path of the portal that leads to it, for who may.</summary>
    public static string Path(string workspaceId, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"/ports/{workspaceId}/{port}");

    [GeneratedRegex("^([1-9][0-9]{0,4})--([a-z0-9]{8,40})$")]
    private static partial Regex Label();
}
