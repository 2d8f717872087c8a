using System.Text.Json;

namespace Portal.Web.Lti;

/// <summary>
/// What a platform says of a launch, after its signature was checked: its claims, and what they mean here.
/// </summary>
internal sealed record LtiMessage(LtiPlatform Platform, JsonElement Claims)
{
    public const string ResourceLink = "LtiResourceLinkRequest";
    public const string DeepLinking = "LtiDeepLinkingRequest";
    public const string Version = "1.3.0";
    public const string Lti = "https://purl.imsglobal.org/spec/lti/claim/";
    public const string DeepLink = "https://purl.imsglobal.org/spec/lti-dl/claim/";
    public const string ScoreScope = "https://purl.imsglobal.org/spec/lti-ags/scope/score";
    public const string LineItemScope = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem";
    private const string Endpoint = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint";
    private const string Membership = "http://purl.imsglobal.org/vocab/lis/v2/membership";

    // Whoever teaches in the course; what somebody is in the institution or the platform's system says nothing of it.
    private static readonly string[] s_teachers =
    [
        "Instructor",
        "Administrator",
        Membership + "#Instructor",
        Membership + "#Administrator",
        Membership + "/Instructor#",
        Membership + "/Administrator#",
    ];

    public string? Type => Text(Claims, Lti + "message_type");
    public string? Spoken => Text(Claims, Lti + "version");
    public string? DeploymentId => Text(Claims, Lti + "deployment_id");
    public string? Target => Text(Claims, Lti + "target_link_uri");
    public string? Subject => Text(Claims, "sub");
    public string? Nonce => Text(Claims, "nonce");
    public string? AuthorizedParty => Text(Claims, "azp");
    public string? LinkId => Text(Part(Lti + "resource_link"), "id");

    public string Name =>
        Text(Claims, "name") ?? $"{Text(Claims, "given_name")} {Text(Claims, "family_name")}".Trim();

    public bool Teaches =>
        Part(Lti + "roles") is { ValueKind: JsonValueKind.Array } roles
        && roles
            .EnumerateArray()
            .Any(r => r.ValueKind == JsonValueKind.String && s_teachers.Any(t => IsRole(r.GetString()!, t)));

    /// <summary>A course; where there is none, the link by itself.</summary>
    public string ContextId =>
        Text(Part(Lti + "context"), "id") is { } id ? "context:" + id : "link:" + LinkId;

    public string ContextTitle =>
        Text(Part(Lti + "context"), "title")
        ?? Text(Part(Lti + "context"), "label")
        ?? LinkTitle
        ?? Platform.Name;

    /// <summary>The lesson as <c>course/lesson</c>, from the link's parameters, else from its address.</summary>
    public string? Lesson =>
        Text(Part(Lti + "custom"), "lesson") is { Length: > 0 } named ? named
        : Uri.TryCreate(Target, UriKind.Absolute, out var uri)
            && uri.AbsolutePath.StartsWith("/learn/", StringComparison.Ordinal)
            ? Uri.UnescapeDataString(uri.AbsolutePath["/learn/".Length..])
        : null;

    /// <summary>What the link is called there.</summary>
    public string? LinkTitle => Text(Part(Lti + "resource_link"), "title");

    /// <summary>The address of the link's column in the grade book; null when the platform names none.</summary>
    public string? LineItem => Text(Part(Endpoint), "lineitem");

    /// <summary>The address of all columns of the course; null when the platform names none.</summary>
    public string? LineItems => Text(Part(Endpoint), "lineitems");

    /// <summary>Whether the portal may do this to the grade book.</summary>
    public bool Allows(string scope) =>
        Part(Endpoint) is { ValueKind: JsonValueKind.Object } grades
        && grades.TryGetProperty("scope", out var scopes)
        && scopes.ValueKind == JsonValueKind.Array
        && scopes.EnumerateArray().Any(s => s.ValueKind == JsonValueKind.String && s.ValueEquals(scope));

    public JsonElement? DeepLinkSettings =>
        Part(DeepLink + "deep_linking_settings");

    /// <summary>Null when it is absent or no text.</summary>
    public static string? Text(JsonElement? of, string name) =>
        of is { ValueKind: JsonValueKind.Object } found
        && found.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private JsonElement? Part(string name) => Claims.TryGetProperty(name, out var part) ? part : null;

    private static bool IsRole(string role, string wanted) =>
        wanted.EndsWith('#') ? role.StartsWith(wanted, StringComparison.Ordinal) : role == wanted;
}
