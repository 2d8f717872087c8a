using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Portal.Web.Testing.Lti;

/// <summary>Somebody who has a session at the platform.</summary>
/// <param name="Roles">The last part of roles in a course.</param>
public sealed record PlatformPerson(string Subject, string Name, params string[] Roles);

/// <summary>What the grade book was told.</summary>
public sealed record PlatformScoreReceived(string LineItem, JsonElement Score)
{
    public string Progress =>
        $"{Score.GetProperty("userId")} {Score.GetProperty("scoreGiven")}/{Score.GetProperty("scoreMaximum")} "
        + Score.GetProperty("activityProgress");

    public DateTimeOffset Timestamp => Score.GetProperty("timestamp").GetDateTimeOffset();
}

/// <summary>
/// A learning platform on a port of its own: it signs launches, gives tokens to who proves to be its tool, and keeps
/// scores; and it misbehaves as a test says.
/// </summary>
public sealed partial class SimulatedPlatform : IAsyncDisposable
{
    public const string ClientId = "portal-client";
    public const string Deployment = "deployment-1";
    public const string ScoreType = "application/vnd.ims.lis.v1.score+json";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, string> _tokens = new();
    private RSA _rsa = RSA.Create(2048);
    private int _keys = 1;

    private readonly string _host;

    private SimulatedPlatform(WebApplication app, string host) => (_app, _host) = (app, host);

    /// <summary>Also its issuer.</summary>
    public string Address =>
        field ??= _app
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First()
            .Replace("127.0.0.1", _host, StringComparison.Ordinal);

    /// <summary>Where the tool is, without a slash at the end.</summary>
    public string Tool { get; set; } = "https://localhost";

    /// <summary>Gets the tool's public keys, as over the network.</summary>
    public Func<Task<string>> ToolKeys { get; set; } = () => Task.FromResult("{}");

    /// <summary>By login hint.</summary>
    public Dictionary<string, PlatformPerson> People { get; } = [];

    /// <summary>Changes what a launch claims before it is signed.</summary>
    public Action<Dictionary<string, object?>>? Alter { get; set; }

    /// <summary>Signs otherwise than with the platform's key.</summary>
    public Func<string, string>? SignOtherwise { get; set; }

    /// <summary>What happens to the next requests for a token, and then to scores; null answers as usual.</summary>
    public ConcurrentQueue<RequestDelegate?> Tokens { get; } = new();
    public ConcurrentQueue<RequestDelegate?> Scores { get; } = new();

    /// <summary>Answers all of both while it is set.</summary>
    public RequestDelegate? Outage { get; set; }

    public Channel<PlatformScoreReceived> Received { get; } = Channel.CreateUnbounded<PlatformScoreReceived>();

    /// <summary>Every request for a token or with a score, taken or not.</summary>
    public Channel<string> Asked { get; } = Channel.CreateUnbounded<string>();
    public int KeysFetched { get; private set; }

    /// <summary>The links of the course: id to custom parameters.</summary>
    public ConcurrentDictionary<string, (string Title, string? Lesson)> Links { get; } = new();

    /// <param name="host">A name of this machine: under another than the portal's it is another site.</param>
    public static async Task<SimulatedPlatform> StartAsync(string host = "127.0.0.1")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var platform = new SimulatedPlatform(builder.Build(), host);
        platform.MapPages();
        platform.MapColumns();
        platform._app.MapGet("/jwks", () => Results.Text(platform.PublicKeys(), "application/json"));
        platform._app.MapGet("/authorize", platform.AuthorizeAsync);
        platform._app.MapPost("/token", platform.TokenAsync);
        platform._app.MapPost("/lineitems/{id}/scores", platform.ScoreAsync);
        await platform._app.StartAsync();
        return platform;
    }

    /// <summary>The settings with which a portal knows it.</summary>
    public IEnumerable<KeyValuePair<string, string>> Settings =>
        new Dictionary<string, string>
        {
            ["Name"] = "Test School",
            ["Issuer"] = Address,
            ["ClientId"] = ClientId,
            ["DeploymentIds:0"] = Deployment,
            ["AuthorizationEndpoint"] = Address + "/authorize",
            ["TokenEndpoint"] = Address + "/token",
            ["JwksUrl"] = Address + "/jwks",
        }.Select(s => KeyValuePair.Create("Portal:Lti:Platforms:0:" + s.Key, s.Value));

    /// <summary>Signs with another key from now on.</summary>
    public void RotateKey()
    {
        _rsa.Dispose();
        _rsa = RSA.Create(2048);
        _keys++;
    }

    /// <summary>Tokens that it gave are worth nothing any more.</summary>
    public void EndTokens() => _tokens.Clear();

    /// <summary>What a launch claims, before it is altered.</summary>
    public Dictionary<string, object?> Claims(PlatformPerson person, string link, string nonce, bool deep)
    {
        ArgumentNullException.ThrowIfNull(person);
        const string Lti = "https://purl.imsglobal.org/spec/lti/claim/";
        var now = TimeProvider.System.GetUtcNow();
        var (title, lesson) = Links.GetValueOrDefault(link);
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = Address,
            ["aud"] = ClientId,
            ["sub"] = person.Subject,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(),
            ["nonce"] = nonce,
            ["name"] = person.Name,
            ["email"] = "ada@school.example",
            [Lti + "version"] = "1.3.0",
            [Lti + "deployment_id"] = Deployment,
            [Lti + "roles"] = person.Roles.Select(r => "http://purl.imsglobal.org/vocab/lis/v2/membership" + r),
            [Lti + "context"] = new { id = "course-7", title = "Platform engineering" },
            [Lti + "target_link_uri"] = $"{Tool}/lti/launch",
            [Lti + "message_type"] = deep ? "LtiDeepLinkingRequest" : "LtiResourceLinkRequest",
        };
        if (deep)
        {
            claims["https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"] = new
            {
                deep_link_return_url = Address + "/deep-link",
                accept_types = new[] { "ltiResourceLink" },
                data = "csrf-of-the-platform",
            };
            return claims;
        }
        claims[Lti + "resource_link"] = new { id = link, title };
        if (lesson is not null)
            claims[Lti + "custom"] = new { lesson };
        claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"] = new
        {
            scope = new[] { "https://purl.imsglobal.org/spec/lti-ags/scope/score" },
            lineitem = $"{Address}/lineitems/{link}?type=tool",
        };
        return claims;
    }

    public string Sign(string claims) =>
        new JsonWebTokenHandler().CreateToken(claims, new SigningCredentials(Key(), SecurityAlgorithms.RsaSha256));

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _rsa.Dispose();
    }

    private RsaSecurityKey Key() => new(_rsa) { KeyId = $"key-{_keys}" };

    private string PublicKeys()
    {
        KeysFetched++;
        var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(new(_rsa.ExportParameters(false)));
        var shown = new { kty = key.Kty, use = "sig", kid = Key().KeyId, n = key.N, e = key.E };
        return JsonSerializer.Serialize(new { keys = new[] { shown } });
    }

    private async Task TokenAsync(HttpContext context)
    {
        await Asked.Writer.WriteAsync("token");
        if (Misbehaviour(Tokens) is { } misbehave)
        {
            await misbehave(context);
            return;
        }
        var form = await context.Request.ReadFormAsync();
        var assertion = await new JsonWebTokenHandler().ValidateTokenAsync(
            form["client_assertion"],
            new TokenValidationParameters
            {
                ValidIssuer = ClientId,
                ValidAudience = Address + "/token",
                ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
                IssuerSigningKeys = new JsonWebKeySet(await ToolKeys()).GetSigningKeys(),
                TryAllIssuerSigningKeys = false,
            }
        );
        if (
            !assertion.IsValid
            || form["grant_type"] != "client_credentials"
            || form["client_assertion_type"] != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            || !Scopes.Contains(form["scope"].ToString())
            || ((JsonWebToken)assertion.SecurityToken).Subject != ClientId
        )
        {
            context.Response.StatusCode = 401;
            return;
        }
        var token = Guid.NewGuid().ToString("N");
        _tokens[token] = form["scope"].ToString();
        await context.Response.WriteAsJsonAsync(new { access_token = token, token_type = "Bearer", expires_in = 3600 });
    }

    private async Task ScoreAsync(HttpContext context, string id)
    {
        await Asked.Writer.WriteAsync("score");
        if (Misbehaviour(Scores) is { } misbehave)
        {
            await misbehave(context);
            return;
        }
        if (!Lets(context, "score"))
            return;
        if (id.StartsWith("column-", StringComparison.Ordinal) && !Columns.ContainsKey(id))
        {
            context.Response.StatusCode = 404;
            return;
        }
        if (context.Request.ContentType != ScoreType || context.Request.Query["type"] != "tool")
        {
            context.Response.StatusCode = 415;
            return;
        }
        using var score = await JsonDocument.ParseAsync(context.Request.Body);
        Take(new PlatformScoreReceived(id, score.RootElement.Clone()));
        context.Response.StatusCode = 204;
    }

    /// <summary>Whether the request has a token for this; answers it when not.</summary>
    private bool Lets(HttpContext context, string scope)
    {
        var bearer = context.Request.Headers.Authorization.ToString();
        if (
            bearer.StartsWith("Bearer ", StringComparison.Ordinal)
            && _tokens.TryGetValue(bearer[7..], out var given)
            && given == Scope + scope
        )
            return true;
        context.Response.StatusCode = 401;
        return false;
    }

    private RequestDelegate? Misbehaviour(ConcurrentQueue<RequestDelegate?> queue) =>
        Outage ?? (queue.TryDequeue(out var next) ? next : null);
}
