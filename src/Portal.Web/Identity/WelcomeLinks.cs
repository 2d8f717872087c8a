using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Web.Identity;

/// <summary>
/// The links that sign a browser in on a machine without passwords: one for the owner, which the console shows, and
/// those that the owner makes for other learners. Each works once; a restart ends them all. Thread-safe.
/// </summary>
public sealed class WelcomeLinks : IConsoleLink
{
    private const int MaxOpen = 64;
    private const int MaxUsed = 64;

    private readonly Lock _lock = new();
    private readonly Queue<(byte[] Hash, string LearnerId)> _open = new();
    private readonly Queue<byte[]> _used = new();
    private string _owner = NewToken();

    /// <summary>The owner's link that was not used yet; after its use there is a new one.</summary>
    public string OwnerPath
    {
        get
        {
            lock (_lock)
                return PathOf(_owner);
        }
    }

    public string Heading => "Open the portal as its owner with this link.";

    public Task<string?> FindPathAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(OwnerPath);

    /// <summary>A link that signs a browser in as this learner. Beyond 64 unused ones the oldest ends.</summary>
    public string CreateFor(string learnerId)
    {
        var token = NewToken();
        lock (_lock)
        {
            if (_open.Count == MaxOpen)
                _open.Dequeue();
            _open.Enqueue((Hash(token), learnerId));
        }
        return PathOf(token);
    }

    /// <summary>Uses a link up.</summary>
    public Welcome Redeem(string? token)
    {
        var hash = Hash(token ?? "");
        lock (_lock)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, Hash(_owner)))
            {
                _owner = NewToken();
                Remember(hash);
                return new Welcome(WelcomeOutcome.Accepted, LocalIdentity.OwnerId);
            }
            for (var left = _open.Count; left > 0; left--)
            {
                var link = _open.Dequeue();
                if (CryptographicOperations.FixedTimeEquals(hash, link.Hash))
                {
                    Remember(hash);
                    return new Welcome(WelcomeOutcome.Accepted, link.LearnerId);
                }
                _open.Enqueue(link);
            }
            var used = _used.Any(u => CryptographicOperations.FixedTimeEquals(hash, u));
            return new Welcome(used ? WelcomeOutcome.Used : WelcomeOutcome.Unknown, null);
        }
    }

    private void Remember(byte[] hash)
    {
        if (_used.Count == MaxUsed)
            _used.Dequeue();
        _used.Enqueue(hash);
    }

    private static string PathOf(string token) => "/welcome?token=" + token;

    private static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

/// <param name="LearnerId">Whom the link signs in; null unless accepted.</param>
public sealed record Welcome(WelcomeOutcome Outcome, string? LearnerId);

public enum WelcomeOutcome
{
    Accepted,
    Used,
    Unknown,
}
