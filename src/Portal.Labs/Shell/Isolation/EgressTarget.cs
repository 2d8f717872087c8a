using System.Globalization;

namespace Portal.Labs.Shell.Isolation;

/// <summary>A host and port outside that workspaces may reach.</summary>
internal sealed record EgressTarget(string Host, int Port)
{
    /// <summary>Reads <c>host:port</c>; null when it is something else.</summary>
    public static EgressTarget? TryParse(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0
            && Uri.CheckHostName(text[..colon]) == UriHostNameType.Dns
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and < 65536
                ? new(text[..colon], port)
                : null;
    }
}
