using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Portal.Sandbox.Authorization;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Api;

/// <summary>Subresources that are not streams: scale, eviction, binding, token, finalize, ephemeralcontainers.</summary>
internal sealed class Subresources(SandboxCluster cluster)
{
    private static readonly ResourceType s_tokenRequests = BuiltInResources.ServiceAccounts with { Group = "authentication.k8s.io", Kind = "TokenRequest" };

    /// <summary>False when the path is not one of these.</summary>
    public async Task<bool> TryHandleAsync(HttpContext http, RequestInfo info, UserInfo user)
    {
        var options = ApiHandler.Options(http.Request, user);
        switch (info.Type.Resource, info.Subresource, http.Request.Method)
        {
            case (_, "scale", _) when info.Type.HasScale:
                await ScaleAsync(http, info, options).ConfigureAwait(false);
                return true;
            case ("pods", "eviction", "POST"):
                var eviction = await RequestBody.ReadOptionalAsync(http.Request, http.RequestAborted).ConfigureAwait(false);
                Controllers.Eviction.Run(cluster, info.Namespace, info.Name, eviction ?? []);
                await CreatedAsync(http).ConfigureAwait(false);
                return true;
            case ("pods", "binding", "POST"):
                await BindAsync(http, info, info.Name, options).ConfigureAwait(false);
                return true;
            case ("serviceaccounts", "token", "POST"):
                var request = await RequestBody.ReadObjectAsync(http.Request, info.Type.Kind, http.RequestAborted).ConfigureAwait(false);
                await ResponseWriter.WriteAsync(http, 201, Token(info, request).ToUtf8()).ConfigureAwait(false);
                return true;
            case ("namespaces", "finalize", "PUT"):
                var wanted = await RequestBody.ReadObjectAsync(http.Request, info.Type.Kind, http.RequestAborted).ConfigureAwait(false);
                var updated = cluster.Operations.Update(info.Type, "", info.Name, "", o =>
                {
                    o.Ensure("spec")["finalizers"] = wanted.At("spec", "finalizers")?.DeepClone();
                    return o;
                }, options);
                await ResponseWriter.WriteAsync(http, 200, updated.ToUtf8()).ConfigureAwait(false);
                return true;
            case ("pods", "ephemeralcontainers", "PATCH"):
                var patch = RequestBody.Parse(await RequestBody.ReadBytesAsync(http.Request, http.RequestAborted).ConfigureAwait(false), http.Request.ContentType) as JsonObject ?? [];
                var pod = cluster.Operations.Update(info.Type, info.Namespace, info.Name, "ephemeralcontainers", o => StrategicMergePatch.Apply(o, patch, info.Type.Schema), options);
                await ResponseWriter.WriteAsync(http, 200, pod.ToUtf8()).ConfigureAwait(false);
                return true;
            default: return false;
        }
    }

    /// <summary>Gives a pod its node, as schedulers do. Also the way of <c>POST …/bindings</c>.</summary>
    public async Task BindAsync(HttpContext http, RequestInfo info, string? pod, WriteOptions options)
    {
        var binding = await RequestBody.ReadObjectAsync(http.Request, "Binding", http.RequestAborted).ConfigureAwait(false);
        pod ??= binding.Str("metadata", "name") ?? "";
        if (binding.Str("target", "name") is not { Length: > 0 } node)
            throw ApiError.Invalid(BuiltInResources.Get("bindings"), pod, [FieldError.Required("target.name")]);
        cluster.Operations.Update(
            BuiltInResources.Pods,
            info.Namespace,
            pod,
            "binding",
            o =>
            {
                if (o.Str("spec", "nodeName") is { Length: > 0 } bound)
                    throw ApiError.Conflict(
                        BuiltInResources.Pods with
                        {
                            Plural = "pods/binding",
                        },
                        pod,
                        $"pod {pod} is already assigned to node \"{bound}\""
                    );
                o.Ensure("spec")["nodeName"] = node;
                return o;
            },
            options
        );
        await CreatedAsync(http).ConfigureAwait(false);
    }

    /// <summary>What a subresource that creates no object of its own answers.</summary>
    private static Task CreatedAsync(HttpContext http)
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["code"] = 201,
        };
        return ResponseWriter.WriteAsync(http, 201, status.ToUtf8());
    }

    private async Task ScaleAsync(HttpContext http, RequestInfo info, WriteOptions options)
    {
        if (http.Request.Method == "GET")
        {
            var found = cluster.Store.Snapshot.Find(info.Type.Resource, info.Namespace, info.Name) ?? throw ApiError.NotFound(info.Type, info.Name);
            await ResponseWriter.WriteAsync(http, 200, Scale(info.Type, found.Parse()).ToUtf8()).ConfigureAwait(false);
            return;
        }
        var body = RequestBody.Parse(await RequestBody.ReadBytesAsync(http.Request, http.RequestAborted).ConfigureAwait(false), http.Request.ContentType);
        var isJsonPatch = http.Request.ContentType?.StartsWith("application/json-patch", StringComparison.Ordinal) == true;
        var updated = cluster.Operations.Update(info.Type, info.Namespace, info.Name, "scale", o =>
        {
            var scale = http.Request.Method == "PUT" ? body as JsonObject ?? [] : isJsonPatch ? Patches.Json(Scale(info.Type, o), body) : Patches.Merge(Scale(info.Type, o), body) as JsonObject ?? throw ApiError.BadRequest("the patch is not an object");
            if (scale.Num("spec", "replicas") is { } replicas) SetReplicas(info.Type, o, replicas);
            if (scale.Str("metadata", "resourceVersion") is { Length: > 0 } rv) o.Ensure("metadata")["resourceVersion"] = rv;
            return o;
        }, options);
        await ResponseWriter.WriteAsync(http, 200, Scale(info.Type, updated).ToUtf8()).ConfigureAwait(false);
    }

    private static void SetReplicas(ResourceType type, JsonObject o, long replicas)
    {
        var path = Path(type.Custom?.SpecReplicasPath ?? ".spec.replicas");
        foreach (var name in path[..^1]) o = o.Ensure(name);
        o[path[^1]] = replicas;
    }

    /// <summary>The names of a simple JSON path: <c>.spec.replicas</c>.</summary>
    private static string[] Path(string text) => text.Split('.', StringSplitOptions.RemoveEmptyEntries);

    private static JsonObject Scale(ResourceType type, JsonObject o)
    {
        var custom = type.Custom;
        var selector = custom is null
            ? string.Join(',', o.Map("spec", "selector", "matchLabels").OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"))
            : custom.LabelSelectorPath is { } path ? o.Str(Path(path)) : null;
        var status = new JsonObject { ["replicas"] = o.Int(0, Path(custom?.StatusReplicasPath ?? ".status.replicas")) };
        if (selector is not null) status["selector"] = selector;
        var scale = new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = new JsonObject(),
            ["spec"] = new JsonObject { ["replicas"] = o.Int(0, Path(custom?.SpecReplicasPath ?? ".spec.replicas")) },
            ["status"] = status,
        };
        foreach (var name in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            scale.Ensure("metadata")[name] = o.At("metadata", name)?.DeepClone();
        }
        return scale;
    }

    private JsonObject Token(RequestInfo info, JsonObject request)
    {
        var account = cluster.Store.Snapshot.Find(info.Type.Resource, info.Namespace, info.Name) ?? throw ApiError.NotFound(info.Type, info.Name);
        var spec = request.Ensure("spec");
        var seconds = spec.Num("expirationSeconds") ?? 3600;
        var problem = seconds < 600 ? "may not specify a duration less than 10 minutes" : seconds > 1L << 32 ? "may not specify a duration larger than 2^32 seconds" : null;
        if (problem is not null) throw ApiError.Invalid(s_tokenRequests, "", [FieldError.Invalid("spec.expirationSeconds", seconds, problem)]);
        spec["expirationSeconds"] = seconds;
        if (spec.Arr("audiences") is not { Count: > 0 }) spec["audiences"] = new JsonArray("https://kubernetes.default.svc.cluster.local");
        var metadata = request.Ensure("metadata");
        (metadata["name"], metadata["namespace"], metadata["creationTimestamp"]) = (info.Name, info.Namespace, ResourceOperations.Timestamp(cluster.Now));
        var expires = cluster.Now.AddSeconds(seconds);
        request["status"] = new JsonObject
        {
            ["token"] = cluster.IssueToken(UserInfo.ServiceAccount(info.Namespace, info.Name, account.Uid), expires, spec.Strings("audiences")),
            ["expirationTimestamp"] = ResourceOperations.Timestamp(expires),
        };
        return request;
    }
}
