using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Security;

/// <summary>Reading and verifying JSON Web Tokens (RFC 7519).</summary>
internal static class JsonWebToken
{
    private static readonly string[] s_algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "HS256", "HS384", "HS512"];

    /// <summary>Clocks may differ by this much, as Envoy allows.</summary>
    private static readonly TimeSpan s_skew = TimeSpan.FromSeconds(60);

    /// <summary>Null when form, issuer and signature are right, else what is wrong.</summary>
    public static string? Verify(string token, string issuer, JsonWebKeys keys, out JsonObject? claims)
    {
        claims = null;
        var parts = token.Split('.');
        if (parts.Length != 3) return JwtError.Form;
        if (!TryDecode(parts[0], out var headerBytes)) return JwtError.Header;
        if (!TryParse(headerBytes, out var header)) return JwtError.HeaderJson;
        if (header.Str("alg") is not { } algorithm || !s_algorithms.Contains(algorithm)) return JwtError.Algorithm;
        if (!TryDecode(parts[1], out var payload)) return JwtError.Payload;
        if (!TryParse(payload, out var read)) return JwtError.PayloadJson;
        if (!TryDecode(parts[2], out var signature)) return JwtError.SignatureForm;
        if (read.Str("iss") != issuer) return JwtError.UnknownIssuer;
        var candidates = keys.For(header.Str("kid"), algorithm).ToList();
        if (candidates.Count == 0) return JwtError.NoKey;
        if (!candidates.Exists(k => k.Verify(Encoding.ASCII.GetBytes(token[..token.LastIndexOf('.')]), signature, algorithm))) return JwtError.Signature;
        claims = read;
        return null;
    }

    public static string? CheckTimes(JsonObject claims, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        if (claims.Num("nbf") is { } from && seconds + s_skew.TotalSeconds < from) return JwtError.NotYet;
        return claims.Num("exp") is { } until && seconds > until + s_skew.TotalSeconds ? JwtError.Expired : null;
    }

    internal static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = [];
        if (text.Length == 0 || !Base64Url.IsValid(text)) return false;
        bytes = Base64Url.DecodeFromChars(text);
        return true;
    }

    private static bool TryParse(byte[] json, out JsonObject read)
    {
        read = [];
        try
        {
            if (JsonNode.Parse(json) is not JsonObject parsed) return false;
            read = parsed;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>A set of public keys (RFC 7517).</summary>
internal sealed class JsonWebKeys
{
    private readonly List<JsonWebKey> _keys = [];

    /// <summary>Reads a set; what cannot be read is no key. Null is an empty set: no token fits.</summary>
    public static JsonWebKeys Parse(string? jwks)
    {
        var set = new JsonWebKeys();
        if (jwks is null) return set;
        try
        {
            foreach (var key in JsonNode.Parse(jwks).Objects("keys")) if (JsonWebKey.Parse(key) is { } read) set._keys.Add(read);
        }
        catch (JsonException)
        {
            // The proxy too goes on with a set that has no key.
        }
        return set;
    }

    public IEnumerable<JsonWebKey> For(string? id, string algorithm) => _keys.Where(k => k.Fits(algorithm) && (id is null || k.Id is null || k.Id == id));
}

/// <summary>One key, for the algorithms of its kind.</summary>
internal sealed class JsonWebKey
{
    private readonly AsymmetricAlgorithm? _public;
    private readonly byte[] _secret;
    private readonly string? _algorithm;

    private JsonWebKey(JsonObject key, AsymmetricAlgorithm? publicKey, byte[] secret)
    {
        (_public, _secret) = (publicKey, secret);
        Id = key.Str("kid");
        _algorithm = key.Str("alg");
    }

    public string? Id { get; }

    public static JsonWebKey? Parse(JsonObject key)
    {
        try
        {
            switch (key.Str("kty"))
            {
                case "RSA":
                    var rsa = RSA.Create();
                    rsa.ImportParameters(new RSAParameters { Modulus = Bytes(key, "n"), Exponent = Bytes(key, "e") });
                    return new(key, rsa, []);
                case "EC":
                    var curve = key.Str("crv") switch { "P-256" => ECCurve.NamedCurves.nistP256, "P-384" => ECCurve.NamedCurves.nistP384, "P-521" => ECCurve.NamedCurves.nistP521, _ => default };
                    return new(key, ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = Bytes(key, "x"), Y = Bytes(key, "y") } }), []);
                case "oct": return new(key, null, Bytes(key, "k"));
                default: return null;
            }
        }
        catch (Exception e) when (e is CryptographicException or FormatException or PlatformNotSupportedException or ArgumentException)
        {
            return null;
        }
    }

    public bool Fits(string algorithm) => (_algorithm is null || _algorithm == algorithm) && (_public switch { RSA => algorithm[0] is 'R' or 'P', ECDsa => algorithm[0] == 'E', _ => algorithm[0] == 'H' });

    public bool Verify(byte[] data, byte[] signature, string algorithm)
    {
        var hash = algorithm[2..] switch { "384" => HashAlgorithmName.SHA384, "512" => HashAlgorithmName.SHA512, _ => HashAlgorithmName.SHA256 };
        // The keys are shared by all requests; the classes do not promise to be.
        lock (_secret)
        {
            return _public switch
            {
                RSA rsa => rsa.VerifyData(data, signature, hash, algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
                ECDsa ec => ec.VerifyData(data, signature, hash),
                _ => CryptographicOperations.FixedTimeEquals(algorithm[2..] switch { "384" => HMACSHA384.HashData(_secret, data), "512" => HMACSHA512.HashData(_secret, data), _ => HMACSHA256.HashData(_secret, data) }, signature),
            };
        }
    }

    private static byte[] Bytes(JsonObject key, string name) => JsonWebToken.TryDecode(key.Str(name) ?? "", out var bytes) ? bytes : throw new FormatException(name);
}
