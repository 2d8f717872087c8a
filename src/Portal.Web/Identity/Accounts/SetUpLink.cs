using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Portal.Classroom;
using Portal.Classroom.Model;

namespace Portal.Web.Identity.Accounts;

/// <summary>The console's link to make the first administrator; there is none once there is one.</summary>
public sealed class SetUpLink(IServiceScopeFactory scopes) : IConsoleLink, IDisposable
{
    private readonly byte[] _token = RandomNumberGenerator.GetBytes(32);
    private readonly SemaphoreSlim _gate = new(1);

    public string Heading => "Make the administrator of this portal with this link.";

    public async Task<string?> FindPathAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<PortalAccounts>().HasAdministratorAsync(cancellationToken)
            ? null
            : "/set-up?token=" + Base64Url.EncodeToString(_token);
    }

    public bool IsRight(string? token) =>
        CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(token ?? "")),
            SHA256.HashData(Encoding.UTF8.GetBytes(Base64Url.EncodeToString(_token)))
        );

    /// <summary>Makes the administrator, unless somebody was faster.</summary>
    /// <exception cref="ClassroomException">The message says why not.</exception>
    public async Task<PortalUser> UseAsync(
        string? token,
        PortalAccounts accounts,
        string name,
        string userName,
        string password,
        CancellationToken cancellationToken
    )
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!IsRight(token) || await accounts.HasAdministratorAsync(cancellationToken))
                throw new ClassroomException("This link was used already. Sign in instead.");
            return await accounts.CreateAsync(name, userName, password, PortalRole.Administrator);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();
}
