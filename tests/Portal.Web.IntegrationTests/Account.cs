using System.Text.RegularExpressions;

namespace Portal.Web.IntegrationTests;

/// <summary>Uses the account forms as a browser does.</summary>
internal static partial class Account
{
    public static async Task<HttpResponseMessage> JoinAsync(HttpClient client, string name)
    {
        var page = await client.GetStringAsync("/join");
        return await client.PostAsync("/account/join", Form(page, ("name", name)));
    }

    public static FormUrlEncodedContent Form(string page, params (string Key, string Value)[] fields)
    {
        var token = Token().Match(page).Groups[1].Value;
        return new FormUrlEncodedContent([.. fields.Select(f => KeyValuePair.Create(f.Key, f.Value)), KeyValuePair.Create("__RequestVerificationToken", token)]);
    }

    [GeneratedRegex("""name="__RequestVerificationToken" value="([^"]+)""")]
    private static partial Regex Token();
}
