using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Portal.Shared;
using Portal.Web.Hosting;

namespace Portal.Web.Lti;

/// <summary>
/// The key with which the portal proves itself to platforms. Made at its first use, kept with the portal's other keys;
/// whoever deletes the file gets a new one at the next start, and platforms fetch it by themselves. Thread-safe.
/// </summary>
internal sealed class LtiKey(IOptions<DataOptions> data) : IDisposable
{
    private const string File = "lti.pem";
    private const int Bits = 2048;

    // The library's own one keeps what signs for longer than the key lives.
    private static readonly CryptoProviderFactory s_crypto = new() { CacheSignatureProviders = false };

    private readonly Lock _lock = new();
    private readonly JsonWebTokenHandler _tokens = new();
    private RSA? _rsa;
    private RsaSecurityKey? _key;

    /// <summary>What platforms fetch: the public half, as a set of keys.</summary>
    public string PublicKeys()
    {
        var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(
            new RsaSecurityKey(Get().Rsa.ExportParameters(false)) { KeyId = Get().KeyId }
        );
        var shown = new
        {
            kty = key.Kty,
            use = "sig",
            alg = SecurityAlgorithms.RsaSha256,
            kid = key.Kid,
            n = key.N,
            e = key.E,
        };
        return JsonSerializer.Serialize(new { keys = new[] { shown } });
    }

    /// <summary>A signed token that claims this.</summary>
    public string Sign(object claims) =>
        _tokens.CreateToken(
            JsonSerializer.Serialize(claims),
            new SigningCredentials(Get(), SecurityAlgorithms.RsaSha256) { CryptoProviderFactory = s_crypto }
        );

    public void Dispose() => _rsa?.Dispose();

    private RsaSecurityKey Get()
    {
        lock (_lock)
        {
            if (_key is not null)
                return _key;
            var path = Path.Combine(data.Value.Directory!, DataDirectory.Keys, File);
            _rsa = RSA.Create(Bits);
            if (System.IO.File.Exists(path))
                Import(_rsa, path);
            else
                PrivateFiles.Write(path, _rsa.ExportPkcs8PrivateKeyPem());
            _key = new RsaSecurityKey(_rsa);
            _key.KeyId = Base64UrlEncoder.Encode(_key.ComputeJwkThumbprint());
            return _key;
        }
    }

    private static void Import(RSA rsa, string path)
    {
        try
        {
            rsa.ImportFromPem(System.IO.File.ReadAllText(path));
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new InvalidDataException(
                $"{path} is no private key. Take it from a backup, or delete it and start the portal again: learning "
                    + "platforms fetch the new one by themselves.",
                e
            );
        }
    }
}
