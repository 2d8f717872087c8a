using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Portal.Web.Testing.Lti;

/// <summary>What a browser sees of the platform.</summary>
public sealed partial class SimulatedPlatform
{
    private readonly ConcurrentQueue<PlatformScoreReceived> _book = new();

    /// <summary>The last answer of the tool to a choice of content, when it was rightly signed.</summary>
    public JsonElement? Chosen { get; private set; }

    private void MapPages()
    {
        _app.MapGet("/course", (HttpRequest request) =>
            Page("Platform engineering", CoursePage(request.Query["as"].ToString()))
        );
        _app.MapGet("/frame", (HttpRequest request) =>
        {
            var deep = request.Query.ContainsKey("choose");
            var tool = Encode(Login(request.Query["as"].ToString(), "link-1", deep));
            return Page("A frame", $"<iframe id=\"tool\" width=\"900\" height=\"600\" src=\"{tool}\"></iframe>");
        });
        _app.MapPost("/deep-link", (Delegate)ReturnAsync);
    }

    /// <summary>The address with which a launch begins.</summary>
    public string Login(string person, string link, bool deep = false) =>
        $"{Tool}/lti/login?iss={Uri.EscapeDataString(Address)}&client_id={ClientId}&login_hint={person}"
        + $"&lti_message_hint={(deep ? "deep" : link)}&lti_deployment_id={Deployment}"
        + $"&target_link_uri={Uri.EscapeDataString(Tool + (deep ? "/lti/choose" : "/lti/launch"))}";

    private async Task AuthorizeAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (
            query["client_id"] != ClientId
            || query["redirect_uri"] != Tool + "/lti/launch"
            || query["response_type"] != "id_token"
            || query["response_mode"] != "form_post"
            || query["scope"] != "openid"
            || query["prompt"] != "none"
            || !People.TryGetValue(query["login_hint"].ToString(), out var person)
        )
        {
            context.Response.StatusCode = 400;
            return;
        }
        var link = query["lti_message_hint"].ToString();
        var claims = Claims(person, link, query["nonce"].ToString(), deep: link == "deep");
        Alter?.Invoke(claims);
        var json = JsonSerializer.Serialize(claims.Where(c => c.Value is not null).ToDictionary());
        var token = SignOtherwise?.Invoke(json) ?? Sign(json);
        context.Response.ContentType = "text/html";
        await context.Response.WriteAsync(
            $"""
            <form method="post" action="{Tool}/lti/launch">
            <input type="hidden" name="id_token" value="{token}" />
            <input type="hidden" name="state" value="{Encode(query["state"].ToString())}" />
            </form><script>document.forms[0].submit()</script>
            """
        );
    }

    private async Task<IResult> ReturnAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var answer = await new JsonWebTokenHandler().ValidateTokenAsync(
            form["JWT"],
            new TokenValidationParameters
            {
                ValidIssuer = ClientId,
                ValidAudience = Address,
                ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
                IssuerSigningKeys = new JsonWebKeySet(await ToolKeys()).GetSigningKeys(),
                TryAllIssuerSigningKeys = false,
            }
        );
        if (!answer.IsValid)
            return Results.BadRequest();
        using var claims = JsonDocument.Parse(
            Base64UrlEncoder.DecodeBytes(((JsonWebToken)answer.SecurityToken).EncodedPayload)
        );
        Chosen = claims.RootElement.Clone();
        var item = Chosen.Value.GetProperty("https://purl.imsglobal.org/spec/lti-dl/claim/content_items")[0];
        var link = $"link-{Links.Count + 1}";
        Links[link] = (
            item.GetProperty("title").GetString()!,
            item.GetProperty("custom").GetProperty("lesson").GetString()
        );
        return Page("Added", $"<p id=\"added\">{Encode(Links[link].Title)}</p>");
    }

    private void Take(PlatformScoreReceived score)
    {
        _book.Enqueue(score);
        Received.Writer.TryWrite(score);
    }

    private string CoursePage(string person)
    {
        var links = Links
            .OrderBy(l => l.Key, StringComparer.Ordinal)
            .Select(l => $"<li><a href=\"{Encode(Login(person, l.Key))}\">{Encode(l.Value.Title)}</a></li>");
        var scores = _book.Select(s => $"<li>{Encode(s.Progress)}</li>");
        return $"<ul>{string.Concat(links)}</ul>"
            + $"<p><a href=\"{Encode(Login(person, "", deep: true))}\">Add content</a></p>"
            + $"<h2>Grade book</h2><ul id=\"book\">{string.Concat(scores)}</ul>";
    }

    private static IResult Page(string title, string body) =>
        Results.Text(
            $"<!DOCTYPE html><html lang=\"en\"><title>{title}</title><link rel=\"icon\" href=\"data:,\">"
                + $"<h1>{title}</h1>{body}</html>",
            "text/html"
        );

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
