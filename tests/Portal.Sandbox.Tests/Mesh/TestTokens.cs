using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Tests.Mesh;

/// <summary>Tokens for the cases: <c>{jwt:name}</c> in a header stands for one of these, signed with the key that the cases declare.</summary>
internal static partial class TestTokens
{
    private const string Key = "sandbox-test-key-sandbox-test-key";
    private const string Reader = """{"iss":"tester@portal.example","sub":"anna","aud":"books","exp":4102444800,"group":"green","groups":["readers","others"]}""";

    public static string Fill(string header) => Placeholder().Replace(header, m => "Bearer " + m.Groups[1].Value switch
    {
        "reader" => Sign(Reader, Key),
        "writer" => Sign(Reader.Replace("readers", "writers", StringComparison.Ordinal), Key),
        "expired" => Sign(Reader.Replace("4102444800", "1000000000", StringComparison.Ordinal), Key),
        "forged" => Sign(Reader, "another key"),
        "stranger" => Sign(Reader.Replace("tester@", "stranger@", StringComparison.Ordinal), Key),
        "audience" => Sign(Reader.Replace("books", "films", StringComparison.Ordinal), Key),
        var other => throw new ArgumentException($"no token \"{other}\""),
    });

    private static string Sign(string claims, string key)
    {
        var data = $"{Base64Url.EncodeToString("""{"alg":"HS256","kid":"one"}"""u8)}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        return $"{data}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes(data)))}";
    }

    [GeneratedRegex(@"\{jwt:(\w+)\}")]
    private static partial Regex Placeholder();
}
