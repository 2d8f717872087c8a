using Portal.Sandbox.Api;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Authorization;

/// <summary>What someone wants to do: a verb on a resource, or on a path when <see cref="Path"/> is set.</summary>
internal sealed record AccessAttributes(string Verb)
{
    public string Group { get; init; } = "";
    public string Resource { get; init; } = "";
    public string Subresource { get; init; } = "";
    public string Namespace { get; init; } = "";
    public string Name { get; init; } = "";
    public string? Path { get; init; }

    /// <summary>The resource as rules name it: with its subresource.</summary>
    public string Target => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";

    public static AccessAttributes Of(string verb, RequestInfo info) => new(verb)
    {
        Group = info.Type.Group,
        Resource = info.Type.Plural,
        Subresource = info.Subresource,
        // A namespace lies in itself: who may view it may get it.
        Namespace = info.Type.Resource == BuiltInResources.Namespaces.Resource ? info.Name : info.Namespace,
        Name = info.Name,
    };

    /// <summary>The refusal, in the API server's words.</summary>
    public ApiException Forbidden(string user, string reason = "")
    {
        var suffix = reason.Length == 0 ? "" : ": " + reason;
        if (Path is not null) return new(403, "Forbidden", $"forbidden: User \"{user}\" cannot {Verb} path \"{Path}\"{suffix}", []);
        var where = Namespace.Length > 0 ? $"in the namespace \"{Namespace}\"" : "at the cluster scope";
        return ApiError.Forbidden(Group, Resource, Name, $"User \"{user}\" cannot {Verb} resource \"{Target}\" in API group \"{Group}\" {where}{suffix}");
    }
}
