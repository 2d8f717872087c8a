using System.Text.Json.Nodes;

namespace Portal.Sandbox.Authorization;

/// <summary>Who makes a request, as authentication found out or as the caller asked to be treated.</summary>
internal sealed record UserInfo(string Name, string Uid, IReadOnlyList<string> Groups)
{
    public const string Masters = "system:masters";
    public const string Authenticated = "system:authenticated";
    private const string ServiceAccountPrefix = "system:serviceaccount:";

    public static UserInfo Administrator { get; } = new("kubernetes-admin", "", [Masters, Authenticated]);

    /// <summary>Values besides name, uid and groups, by key; null for none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Extra { get; init; }

    /// <summary>Members of this group may do everything, whatever the roles say.</summary>
    public bool IsPrivileged { get; } = Groups.Contains(Masters);

    public static UserInfo ServiceAccount(string @namespace, string name, string uid) =>
        new($"{ServiceAccountPrefix}{@namespace}:{name}", uid, ["system:serviceaccounts", "system:serviceaccounts:" + @namespace, Authenticated]);

    /// <summary>The namespace and name of a service account's user; null for other users.</summary>
    public static (string Namespace, string Name)? AsServiceAccount(string user)
    {
        if (!user.StartsWith(ServiceAccountPrefix, StringComparison.Ordinal)) return null;
        var parts = user[ServiceAccountPrefix.Length..].Split(':');
        return parts is [{ Length: > 0 } ns, { Length: > 0 } name] ? (ns, name) : null;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["username"] = Name };
        if (Uid.Length > 0) json["uid"] = Uid;
        if (Groups.Count > 0) json["groups"] = new JsonArray([.. Groups.Select(g => (JsonNode)g)]);
        if (Extra is not null) json["extra"] = new JsonObject(Extra.Select(e => KeyValuePair.Create<string, JsonNode?>(e.Key, new JsonArray([.. e.Value.Select(v => (JsonNode)v)]))));
        return json;
    }
}
