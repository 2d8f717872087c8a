using Portal.Web.Testing;

namespace Portal.Web.IntegrationTests;

/// <summary>Uses the account forms as a browser does.</summary>
internal static class Account
{
    public static async Task<HttpResponseMessage> JoinAsync(HttpClient client, string name) =>
        await client.PostAsync("/account/join", Forms.Of(await client.GetStringAsync("/join"), ("name", name)));
}
