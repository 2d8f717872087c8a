using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Portal.Web.Ports;

/// <summary>
/// Carries who somebody is from the portal to a port's own host, which has none of the portal's cookies: a ticket in
/// the
/// address, good for a minute, becomes a cookie of that host alone, good for an hour.
/// </summary>
internal sealed class PortTickets(IDataProtectionProvider protection)
{
    public static readonly TimeSpan CookieLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_ticketLifetime = TimeSpan.FromMinutes(1);

    private readonly ITimeLimitedDataProtector _tickets = protection
        .CreateProtector("port ticket")
        .ToTimeLimitedDataProtector();
    private readonly ITimeLimitedDataProtector _cookies = protection
        .CreateProtector("port cookie")
        .ToTimeLimitedDataProtector();

    public string Ticket(PortAddress address, string viewerId) =>
        _tickets.Protect(Text(address, viewerId), s_ticketLifetime);

    public string Cookie(PortAddress address, string viewerId) =>
        _cookies.Protect(Text(address, viewerId), CookieLifetime);

    /// <summary>Whose ticket to this address it is, or null when it is none or too old.</summary>
    public string? ViewerOfTicket(string? ticket, PortAddress address) => Viewer(_tickets, ticket, address);

    public string? ViewerOfCookie(string? cookie, PortAddress address) => Viewer(_cookies, cookie, address);

    private static string? Viewer(ITimeLimitedDataProtector protector, string? text, PortAddress address)
    {
        if (string.IsNullOrEmpty(text)) return null;
        try
        {
            var plain = protector.Unprotect(text);
            var viewer = plain[(plain.LastIndexOf('\n') + 1)..];
            return plain == Text(address, viewer) ? viewer : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string Text(PortAddress address, string viewerId) => $"{address.Host("")}\n{viewerId}";
}
