using Microsoft.AspNetCore.Http;
using Portal.Sandbox.Api;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Authorization;

/// <summary>Lets a caller act as someone else (<c>kubectl --as</c>), when it may.</summary>
internal static class Impersonation
{
    private const string ExtraPrefix = "Impersonate-Extra-";

    /// <summary>The user to treat the request as; the caller when it asks for nothing else.</summary>
    /// <exception cref="ApiException">403, when the caller may not impersonate.</exception>
    public static UserInfo Apply(HttpRequest request, UserInfo caller, StoreSnapshot snapshot)
    {
        var headers = request.Headers;
        if (!headers.ContainsKey("Impersonate-User") && !headers.ContainsKey("Impersonate-Group") && !headers.ContainsKey("Impersonate-Uid")) return caller;
        var name = headers["Impersonate-User"].ToString();
        var uid = headers["Impersonate-Uid"].ToString();
        var groups = headers["Impersonate-Group"].Where(g => !string.IsNullOrEmpty(g)).Select(g => g!).ToList();
        var extra = headers.Where(h => h.Key.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(h => Uri.UnescapeDataString(h.Key[ExtraPrefix.Length..]).ToLowerInvariant(), h => (IReadOnlyList<string>)[.. h.Value.Select(v => v ?? "")], StringComparer.Ordinal);
        if (name.Length == 0)
        {
            if (uid.Length == 0 && groups.Count == 0) return caller;
            throw new ApiException(500, "InternalError", "Internal error occurred: requested identity without impersonating a user");
        }
        var account = UserInfo.AsServiceAccount(name);
        RbacAuthorizer.Demand(snapshot, caller, account is { } a
            ? new("impersonate") { Resource = "serviceaccounts", Namespace = a.Namespace, Name = a.Name }
            : new("impersonate") { Resource = "users", Name = name });
        foreach (var group in groups) RbacAuthorizer.Demand(snapshot, caller, new("impersonate") { Resource = "groups", Name = group });
        if (uid.Length > 0) RbacAuthorizer.Demand(snapshot, caller, new("impersonate") { Group = "authentication.k8s.io", Resource = "uids", Name = uid });
        foreach (var (key, values) in extra)
        {
            foreach (var value in values) RbacAuthorizer.Demand(snapshot, caller, new("impersonate") { Group = "authentication.k8s.io", Resource = "userextras", Subresource = key, Name = value });
        }
        if (account is { } sa && groups.Count == 0) groups = ["system:serviceaccounts", "system:serviceaccounts:" + sa.Namespace];
        var anonymous = name == "system:anonymous";
        if (anonymous && groups.Count == 0) groups = ["system:unauthenticated"];
        if (!anonymous && !groups.Contains(UserInfo.Authenticated) && !groups.Contains("system:unauthenticated")) groups.Add(UserInfo.Authenticated);
        return new(name, uid, groups) { Extra = extra.Count > 0 ? extra : null };
    }
}
