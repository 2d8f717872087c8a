using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Portal.Shared;

/// <summary>Where the portal listens, and who can reach it there. Compiled into each project that needs it.</summary>
internal static class ListenAddresses
{
    /// <summary>Addresses from <c>Urls</c>, <c>HTTP_PORTS</c> and <c>Kestrel:Endpoints</c>.</summary>
    public static IReadOnlyList<string> Configured(IConfiguration configuration)
    {
        var urls = Split(configuration["urls"]);
        var endpoints = configuration
            .GetSection("Kestrel:Endpoints")
            .GetChildren()
            .Select(e => e["Url"])
            .OfType<string>();
        var ports = urls.Length > 0 ? [] : Split(configuration["http_ports"]).Select(p => $"http://*:{p}");
        return [.. urls, .. endpoints, .. ports];
    }

    public static bool IsLoopback(string address)
    {
        var host = BindingAddress.Parse(address).Host;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }

    /// <summary>
    /// What exposes a class's passwords and sessions to whoever is on the way, and the remedy; null when nothing does.
    /// </summary>
    public static string? FindPlainText(IConfiguration configuration)
    {
        if (!"Class".Equals(configuration["Portal:Mode"], StringComparison.OrdinalIgnoreCase))
            return null;
        var published = configuration["Portal:PublicUrl"] is { Length: > 0 } url ? url : null;
        var proxied =
            configuration.GetSection("Portal:ForwardedHeaders:KnownProxies").GetChildren().Any()
            || configuration.GetSection("Portal:ForwardedHeaders:KnownNetworks").GetChildren().Any();
        var cause =
            published is not null && IsOpen(published)
                ? $"Portal:PublicUrl is '{published}'"
            : !proxied && Configured(configuration).FirstOrDefault(IsOpen) is { } listening
                ? $"the portal listens at '{listening}'"
            : null;
        return cause is null
            ? null
            : $"Passwords and sessions of the class can be read on the network: {cause}, without TLS. Put a proxy that "
                + "speaks TLS in front, name it in Portal:ForwardedHeaders:KnownProxies or :KnownNetworks, and set "
                + "Portal:PublicUrl to its https address. Or listen with a certificate: Kestrel:Endpoints:Https:Url and "
                + "Kestrel:Certificates:Default:Path.";
    }

    private static bool IsOpen(string address) =>
        address.StartsWith("http:", StringComparison.OrdinalIgnoreCase) && !IsLoopback(address);

    private static string[] Split(string? list) =>
        (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
