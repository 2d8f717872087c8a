using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Portal.Web.Components.Lti;
using Portal.Web.Hosting;

namespace Portal.Web.Lti;

/// <summary>
/// A launch in the two requests that it is for the portal: the platform announces somebody, and the portal asks who it
/// is; the browser brings the answer. Whatever is wrong ends on a page that says so.
/// </summary>
internal sealed class LaunchHandler(
    IOptions<LtiOptions> options,
    LaunchStates states,
    LaunchVerifier verifier,
    LaunchEntry entry,
    DeepLinks deepLinks,
    PublicAddress address,
    ILogger<LaunchHandler> logger
)
{
    private const string LaunchPath = "/lti/launch";

    private static readonly FormOptions s_form = new()
    {
        ValueCountLimit = 64,
        ValueLengthLimit = 64 * 1024,
        BufferBodyLengthLimit = LtiEndpoints.BodyLimit,
    };

    /// <summary>The platform announces a launch.</summary>
    public Task<IResult> LoginAsync(HttpContext context) =>
        AnswerAsync(context, async () =>
        {
            var values = HttpMethods.IsPost(context.Request.Method)
                ? (await ReadFormAsync(context)).ToDictionary(v => v.Key, v => v.Value.ToString())
                : context.Request.Query.ToDictionary(v => v.Key, v => v.Value.ToString());
            var state = Begin(name => values.GetValueOrDefault(name) is { Length: > 0 } value ? value : null);
            // The portal's own pages do not work in frames of others; choosing a lesson does.
            if (IsFramed(context) && !state.Target.EndsWith(DeepLinks.Path, StringComparison.Ordinal))
                return InWindow(context, state, refused: false);
            LaunchStates.SetCookie(context, state);
            return TypedResults.Redirect(Question(options.Value.Find(state.PlatformKey)!, state));
        });

    /// <summary>The browser brings what the platform says of it.</summary>
    public Task<IResult> LaunchAsync(HttpContext context) =>
        AnswerAsync(context, async () =>
        {
            var form = await ReadFormAsync(context);
            var state = states.Read<LaunchState>(form["state"]);
            if (state is null || states.IsOver(state.Expires))
                throw new LaunchRefusedException(
                    "The portal did not ask for it, or that was more than ten minutes or a restart ago. Open the link "
                        + "in the platform again."
                );
            if (!LaunchStates.HasCookie(context, state))
                return InWindow(context, state, refused: true);
            LaunchStates.DeleteCookie(context, state);
            var platform = options.Value.Find(state.PlatformKey)!;
            if (form["error"].ToString() is { Length: > 0 } error)
                throw new LaunchRefusedException($"{platform.Name} says: {error} {form["error_description"]}".Trim());
            var message = await verifier.VerifyAsync(
                platform,
                state,
                form["id_token"].ToString(),
                context.RequestAborted
            );
            if (message.Type != LtiMessage.DeepLinking && IsFramed(context))
                return InWindow(context, state, refused: false);
            if (!states.Use(state))
                throw new LaunchRefusedException("It was used before. Open the link in the platform again.");
            if (message.Type == LtiMessage.DeepLinking)
                return deepLinks.Offer(message);
            return TypedResults.LocalRedirect(await entry.EnterAsync(message, context.RequestAborted));
        });

    /// <summary>An instructor has chosen a lesson.</summary>
    public Task<IResult> ChooseAsync(HttpContext context) =>
        AnswerAsync(context, async () =>
        {
            var form = await ReadFormAsync(context);
            return deepLinks.Choose(context, form["choice"], form["lesson"]);
        });

    private LaunchState Begin(Func<string, string?> value)
    {
        var issuer = value("iss");
        var clientId = value("client_id");
        var platforms = options
            .Value.Platforms.Where(p => p.Issuer == issuer && (clientId ?? p.ClientId) == p.ClientId)
            .ToList();
        if (platforms is not [var platform])
            throw new LaunchRefusedException(
                platforms.Count == 0
                    ? $"The portal knows no platform '{issuer}'"
                        + (clientId is null ? "." : $" with the client '{clientId}'.")
                        + " An administrator sets it up in Portal:Lti:Platforms."
                    : $"The portal knows several platforms '{issuer}', and the launch does not say its client_id."
            );
        if (value("lti_deployment_id") is { } deployment && !platform.DeploymentIds.Contains(deployment))
            throw new LaunchRefusedException(
                $"Its deployment is '{deployment}', which is not among the DeploymentIds of {platform.Name}."
            );
        if (value("login_hint") is not { } hint)
            throw new LaunchRefusedException("The launch does not say for whom it is (login_hint).");
        var target = value("target_link_uri");
        if (!verifier.IsOurs(target))
            throw new LaunchRefusedException(
                $"It leads to '{target}', which is not an address of this portal ({address.Of("/")})."
            );
        return new LaunchState(
            platform.Key,
            hint,
            value("lti_message_hint"),
            value("lti_deployment_id"),
            target!,
            LaunchStates.NewSecret(),
            LaunchStates.NewSecret(),
            states.NewEnd()
        );
    }

    private string Question(LtiPlatform platform, LaunchState state) =>
        QueryHelpers.AddQueryString(
            platform.AuthorizationEndpoint,
            new Dictionary<string, string?>
            {
                ["scope"] = "openid",
                ["response_type"] = "id_token",
                ["response_mode"] = "form_post",
                ["prompt"] = "none",
                ["client_id"] = platform.ClientId,
                ["redirect_uri"] = address.Of(LaunchPath).ToString(),
                ["login_hint"] = state.LoginHint,
                ["lti_message_hint"] = state.MessageHint,
                ["nonce"] = state.Nonce,
                ["state"] = states.Protect(state),
            }.Where(p => p.Value is not null)
        );

    private async Task<IResult> AnswerAsync(HttpContext context, Func<Task<IResult>> work)
    {
        SecurityHeaders.LetFrame(context.Response, options.Value.Platforms.SelectMany(p => p.Origins));
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            return await work();
        }
        catch (LaunchRefusedException e)
        {
            var reason = Printable(e.Message);
            Log.LaunchRefused(logger, reason);
            return Page<LaunchRefused>(new { Reason = reason }, StatusCodes.Status400BadRequest);
        }
    }

    /// <summary>A browser may refuse cookies in a frame, and the portal's own pages are not for frames.</summary>
    private RazorComponentResult<LaunchInWindow> InWindow(HttpContext context, LaunchState state, bool refused)
    {
        var platform = options.Value.Find(state.PlatformKey)!;
        var again = QueryHelpers.AddQueryString(
            "/lti/login",
            new Dictionary<string, string?>
            {
                ["iss"] = platform.Issuer,
                ["client_id"] = platform.ClientId,
                ["login_hint"] = state.LoginHint,
                ["lti_message_hint"] = state.MessageHint,
                ["lti_deployment_id"] = state.DeploymentId,
                ["target_link_uri"] = state.Target,
            }.Where(p => p.Value is not null)
        );
        return Page<LaunchInWindow>(
            new { Again = again, Refused = refused, Framed = IsFramed(context), Platform = platform.Name },
            refused ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK
        );
    }

    internal static RazorComponentResult<T> Page<T>(object parameters, int status = StatusCodes.Status200OK)
        where T : Microsoft.AspNetCore.Components.IComponent =>
        new(parameters) { StatusCode = status, PreventStreamingRendering = true };

    private static async Task<IFormCollection> ReadFormAsync(HttpContext context)
    {
        try
        {
            return context.Request.HasFormContentType
                ? await context.Request.ReadFormAsync(s_form, context.RequestAborted)
                : FormCollection.Empty;
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException)
        {
            throw new LaunchRefusedException("What the platform sent is too long, or no form.", e);
        }
    }

    /// <summary>Some of it is a stranger's: one line, of a length that one reads.</summary>
    private static string Printable(string reason) =>
        new([.. reason.Take(600).Select(c => char.IsControl(c) ? ' ' : c)]);

    private static bool IsFramed(HttpContext context) =>
        context.Request.Headers["Sec-Fetch-Dest"].ToString() is "iframe" or "frame" or "embed" or "object";
}
