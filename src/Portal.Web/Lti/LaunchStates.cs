using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace Portal.Web.Lti;

/// <summary>What the portal asked a platform, so that it knows the answer.</summary>
/// <param name="Secret">In the cookie of the browser that is to bring the answer.</param>
internal sealed record LaunchState(
    string PlatformKey,
    string LoginHint,
    string? MessageHint,
    string? DeploymentId,
    string Target,
    string Nonce,
    string Secret,
    DateTimeOffset Expires
);

/// <summary>
/// Hands questions out and takes each answer once. Nothing is kept of what was only asked, so that asking costs
/// nothing; a restart ends all that is open. Thread-safe.
/// </summary>
internal sealed class LaunchStates(TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    // So many may be open in one browser; more would push its other cookies out.
    private const int Slots = 32;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTimeOffset> _used = [];
    private readonly EphemeralDataProtectionProvider _protection = new();

    public static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public DateTimeOffset NewEnd() => time.GetUtcNow() + Lifetime;

    public string Protect<T>(T state) => ProtectorOf<T>().Protect(JsonSerializer.Serialize(state));

    /// <summary>Null for what this process did not hand out as such.</summary>
    public T? Read<T>(string? text)
        where T : class
    {
        try
        {
            return string.IsNullOrEmpty(text) ? null : JsonSerializer.Deserialize<T>(ProtectorOf<T>().Unprotect(text));
        }
        catch (Exception e) when (e is CryptographicException or JsonException)
        {
            return null;
        }
    }

    /// <summary>One thing is not taken for another.</summary>
    private IDataProtector ProtectorOf<T>() => _protection.CreateProtector(typeof(T).FullName!);

    public bool IsOver(DateTimeOffset expires) => expires < time.GetUtcNow();

    /// <returns>False when it was used before.</returns>
    public bool Use(LaunchState state)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            foreach (var old in _used.Where(u => u.Value < now).Select(u => u.Key).ToList())
                _used.Remove(old);
            return _used.TryAdd(state.Nonce, state.Expires);
        }
    }

    /// <summary>Binds a question to the browser, also where the platform shows the portal in a frame.</summary>
    public static void SetCookie(HttpContext context, LaunchState state) =>
        context.Response.Cookies.Append(CookieOf(state), state.Secret, Options(Lifetime));

    public static bool HasCookie(HttpContext context, LaunchState state) =>
        context.Request.Cookies.TryGetValue(CookieOf(state), out var secret)
        && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(secret),
            Encoding.UTF8.GetBytes(state.Secret)
        );

    public static void DeleteCookie(HttpContext context, LaunchState state) =>
        context.Response.Cookies.Delete(CookieOf(state), Options(null));

    private static string CookieOf(LaunchState state) =>
        $"portal-lti-{SHA256.HashData(Encoding.UTF8.GetBytes(state.Nonce))[0] % Slots}";

    private static CookieOptions Options(TimeSpan? age) =>
        new()
        {
            Path = "/lti",
            HttpOnly = true,
            Secure = true,
            SameSite = SameSiteMode.None,
            MaxAge = age,
            // A cookie of the portal below that platform only, which browsers accept where they refuse others.
            Extensions = { "Partitioned" },
        };
}
