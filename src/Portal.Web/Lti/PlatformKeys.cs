using System.Collections.Concurrent;
using Microsoft.IdentityModel.Tokens;
using Portal.Web.Deliveries;

namespace Portal.Web.Lti;

/// <summary>
/// The public keys of platforms, fetched when first needed, twice a day, and when a token names a key that is not
/// there yet; not more often than every half minute, however many such tokens come. Thread-safe.
/// </summary>
internal sealed class PlatformKeys(DeliveryClient deliveries, TimeProvider time)
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_fresh = TimeSpan.FromHours(12);
    private const int Limit = 256 * 1024;

    private readonly ConcurrentDictionary<string, Known> _platforms = new();

    /// <summary>The keys of that name.</summary>
    /// <exception cref="LaunchRefusedException">The platform has none, or cannot be asked.</exception>
    public async Task<IReadOnlyList<SecurityKey>> FindAsync(
        LtiPlatform platform,
        string kid,
        CancellationToken cancellationToken
    )
    {
        var known = _platforms.GetOrAdd(platform.Key, _ => new Known());
        var found = known.Find(kid);
        if (found.Count > 0 && time.GetElapsedTime(known.FetchedAt) < s_fresh)
            return found;
        var problem = await FetchAsync(platform, known, cancellationToken);
        found = known.Find(kid);
        if (found.Count > 0)
            return found;
        throw new LaunchRefusedException(
            problem
                ?? $"The launch is signed with key '{kid}', which is not among the keys of {platform.Name} "
                    + $"({platform.JwksUrl})."
        );
    }

    /// <returns>What is wrong, or null.</returns>
    private async Task<string?> FetchAsync(LtiPlatform platform, Known known, CancellationToken cancellationToken)
    {
        await known.Gate.WaitAsync(cancellationToken);
        try
        {
            if (known.AskedAt is { } asked && time.GetElapsedTime(asked) < Pause)
                return known.Problem;
            known.AskedAt = time.GetTimestamp();
            using var request = new HttpRequestMessage(HttpMethod.Get, platform.JwksUrl);
            var answer = await deliveries.SendAsync(request, Limit, cancellationToken);
            known.Problem = Take(known, answer) ? null
                : $"The keys of {platform.Name} cannot be fetched: {platform.JwksUrl} "
                    + (answer.Status == 0 ? "does not answer." : $"answers {answer.Status} with no set of keys.")
                    + " Try again in a minute.";
            return known.Problem;
        }
        finally
        {
            known.Gate.Release();
        }
    }

    private bool Take(Known known, DeliveryAnswer answer)
    {
        if (!answer.IsTaken || answer.Body is null)
            return false;
        try
        {
            List<JsonWebKey> keys =
            [
                .. JsonWebKeySet
                    .Create(answer.Body)
                    .Keys.Where(k => k.Kty == JsonWebAlgorithmsKeyTypes.RSA && k.Use is null or "" or "sig"),
            ];
            if (keys.Count == 0)
                return false;
            (known.Keys, known.FetchedAt) = (keys, time.GetTimestamp());
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private sealed class Known
    {
        public SemaphoreSlim Gate { get; } = new(1);
        public IReadOnlyList<JsonWebKey> Keys { get; set; } = [];
        public long FetchedAt { get; set; }
        public long? AskedAt { get; set; }
        public string? Problem { get; set; }

        public IReadOnlyList<SecurityKey> Find(string kid) => [.. Keys.Where(k => k.Kid == kid)];
    }
}
