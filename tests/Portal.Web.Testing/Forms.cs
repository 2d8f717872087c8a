using System.Text.RegularExpressions;

namespace Portal.Web.Testing;

/// <summary>Sends the portal's forms as a browser does.</summary>
public static partial class Forms
{
    /// <summary>Opens the page and sends one of its forms to it.</summary>
    public static async Task<HttpResponseMessage> SubmitAsync(
        this HttpClient client,
        string path,
        string form,
        params (string Key, string Value)[] fields
    )
    {
        ArgumentNullException.ThrowIfNull(client);
        var address = new Uri(path, UriKind.Relative);
        var page = await client.GetStringAsync(address);
        using var content = Of(page, [("_handler", form), .. fields]);
        return await client.PostAsync(address, content);
    }

    /// <summary>The fields with the token of the page.</summary>
    public static FormUrlEncodedContent Of(string page, params (string Key, string Value)[] fields)
    {
        ArgumentNullException.ThrowIfNull(page);
        return new FormUrlEncodedContent([
            .. fields.Select(f => KeyValuePair.Create(f.Key, f.Value)),
            KeyValuePair.Create("__RequestVerificationToken", Token(page)),
        ]);
    }

    public static string Token(string page) => TokenField().Match(page).Groups[1].Value;

    [GeneratedRegex("""name="__RequestVerificationToken" value="([^"]+)""")]
    private static partial Regex TokenField();
}
