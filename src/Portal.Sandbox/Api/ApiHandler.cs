using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portal.Sandbox.Authorization;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;
using Portal.Sandbox.Streaming;
using Portal.Sandbox.Validation;

namespace Portal.Sandbox.Api;

/// <summary>The HTTP surface of one cluster. Every failure leaves as a Status.</summary>
internal sealed class ApiHandler(SandboxCluster cluster)
{
    private readonly ILogger _logger = cluster.Options.LoggerFactory.CreateLogger<ApiHandler>();
    private readonly Discovery _discovery = new(cluster.Catalog);
    private readonly OpenApi _openApi = new(cluster.Catalog, name => cluster.Store.Snapshot.Find("customresourcedefinitions.apiextensions.k8s.io", "", name)?.Parse());
    private readonly Subresources _subresources = new(cluster);
    /// <summary>Kinds whose deletion answers with the object; others answer with a Status.</summary>
    private static readonly HashSet<string> s_returned = new(StringComparer.Ordinal)
    {
        "namespaces", "persistentvolumeclaims", "persistentvolumes", "pods", "podtemplates", "resourcequotas", "serviceaccounts", "services",
        "csidrivers.storage.k8s.io", "csinodes.storage.k8s.io", "storageclasses.storage.k8s.io", "volumeattachments.storage.k8s.io",
    };

    private readonly PodStreams _streams = new(cluster);

    public async Task HandleAsync(HttpContext http, string path, UserInfo user)
    {
        try
        {
            cluster.Guarded.Entering?.Invoke("request");
            user = Impersonation.Apply(http.Request, user, cluster.Store.Snapshot);
            var info = RequestInfo.Parse(path, cluster.Catalog);
            RbacAuthorizer.Demand(cluster.Store.Snapshot, user, info is null ? new(http.Request.Method.ToLowerInvariant()) { Path = path } : AccessAttributes.Of(Verb(http.Request, info), info));
            using var pass = await EnterAsync(http, info).ConfigureAwait(false);
            if (_discovery.TryAnswer(http, path, out var document))
                await ResponseWriter.WriteAsync(http, 200, document.Body, document.ContentType).ConfigureAwait(false);
            else if (path.StartsWith("/openapi/", StringComparison.Ordinal))
                await _openApi.HandleAsync(http, path).ConfigureAwait(false);
            else
                await ResourceAsync(http, info ?? throw ApiError.PathNotFound(), user).ConfigureAwait(false);
        }
        catch (ApiException e) when (!http.Response.HasStarted)
        {
            if (e.RetryAfterSeconds is { } seconds)
                http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            await ResponseWriter.WriteAsync(http, e.Code, e.ToStatus().ToUtf8()).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client went away.
        }
        catch (Exception e) when (!http.Response.HasStarted && e is not (BadHttpRequestException or OperationCanceledException or IOException))
        {
            // A defect of the sandbox: said in the log, and as the API server says it to the client.
            cluster.Guarded.Invoke(
                "log",
                () =>
                    Log.RequestFailed(
                        _logger,
                        e,
                        cluster.Id,
                        http.Request.Method,
                        RequestInfo.Parse(path, cluster.Catalog)?.Type.Resource ?? "another path"
                    )
            );
            await ResponseWriter
                .WriteAsync(
                    http,
                    500,
                    new ApiException(
                        500,
                        "InternalError",
                        "Internal error occurred: the sandbox failed on this request; its log has the details"
                    )
                        .ToStatus()
                        .ToUtf8()
                )
                .ConfigureAwait(false);
        }
    }

    /// <summary>Takes what the request needs of the cluster's budgets before anything of it is read.</summary>
    private ValueTask<RequestGate.Pass> EnterAsync(HttpContext http, RequestInfo? info)
    {
        var request = http.Request;
        var gate = cluster.Requests;
        if (request.Method == "GET" && info is { Subresource: "" } && request.IsTrue("watch"))
            return ValueTask.FromResult(gate.OpenWatch());
        if (
            info is { Subresource: "exec" or "attach" or "portforward" }
            || (info is { Subresource: "log" } && request.IsTrue("follow"))
        )
            return ValueTask.FromResult(gate.OpenStream());
        var seats = RequestGate.SeatsForBody(request.Method is "GET" or "HEAD" ? 0 : request.ContentLength);
        if (info is { Subresource: "", Name: "" } && request.Method is "GET" or "DELETE")
            seats += RequestGate.SeatsForList(
                cluster.Store.Snapshot.Of(info!.Type.Resource).Values.Sum(o => (long)o.Size)
            );
        return gate.EnterAsync(seats, http.RequestAborted);
    }

    private async Task ResourceAsync(HttpContext http, RequestInfo info, UserInfo user)
    {
        var request = http.Request;
        if (info.Subresource.Length > 0)
        {
            if (info.Subresource is "exec" or "attach" or "portforward" && request.Method is not ("GET" or "POST")) throw ApiError.MethodNotAllowed();
            if (await _streams.TryHandleAsync(http, info).ConfigureAwait(false)) return;
            if (await _subresources.TryHandleAsync(http, info, user).ConfigureAwait(false)) return;
            if (!(info.Subresource == "status" && info.Type.HasStatus) && (info.Type.Resource, info.Subresource) is not (("pods", "resize") or ("pods", "ephemeralcontainers") or ("certificatesigningrequests.certificates.k8s.io", "approval"))) throw ApiError.PathNotFound();
        }
        if (!info.Type.Verbs.Contains(Verb(request, info))) throw ApiError.MethodNotAllowed();
        if (info.Type.Group == Metrics.ResourceMetrics.Group)
        {
            await ResponseWriter
                .WriteAsync(
                    http,
                    200,
                    Metrics.ResourceMetrics.Answer(cluster, info, request.Get("labelSelector")).ToUtf8()
                )
                .ConfigureAwait(false);
            return;
        }
        switch (request.Method)
        {
            case "GET" when request.IsTrue("watch"):
                await WatchHandler.WatchAsync(cluster, info, http, http.RequestAborted).ConfigureAwait(false);
                break;
            case "GET" when info.Name.Length == 0:
                await ResponseWriter
                    .WriteListAsync(http, ListHandler.List(cluster, info, request))
                    .ConfigureAwait(false);
                break;
            case "GET":
                await ResponseWriter.WriteAsync(http, 200, Get(info, request)).ConfigureAwait(false);
                break;
            case "POST" when info.Name.Length == 0:
                await CreateAsync(http, info, user).ConfigureAwait(false);
                break;
            case "PUT" when info.Name.Length > 0:
                await ReplaceAsync(http, info, user).ConfigureAwait(false);
                break;
            case "PATCH" when info.Name.Length > 0:
                await PatchAsync(http, info, user).ConfigureAwait(false);
                break;
            case "DELETE" when info.Name.Length > 0:
                await DeleteAsync(http, info).ConfigureAwait(false);
                break;
            case "DELETE":
                await DeleteCollectionAsync(http, info).ConfigureAwait(false);
                break;
            default:
                throw ApiError.MethodNotAllowed();
        }
    }

    /// <summary>The verb of a request, as discovery and RBAC name it; empty for one that no resource has.</summary>
    internal static string Verb(HttpRequest request, RequestInfo info) => request.Method switch
    {
        "GET" or "HEAD" when request.IsTrue("watch") => "watch",
        "GET" or "HEAD" => info.Name.Length == 0 ? "list" : "get",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => info.Name.Length == 0 ? "deletecollection" : "delete",
        _ => "",
    };

    private ReadOnlyMemory<byte> Get(RequestInfo info, HttpRequest request)
    {
        var found = cluster.Store.Snapshot.Find(info.Type.Resource, info.Namespace, info.Name) ?? throw ApiError.NotFound(info.Type, info.Name);
        return ObjectWriter.Object(info.Type, found, Negotiated.From(request), request.Get("includeObject") ?? "Metadata", cluster.Now);
    }

    private async Task CreateAsync(HttpContext http, RequestInfo info, UserInfo user)
    {
        if (info.Type.Resource == "bindings")
        {
            await _subresources.BindAsync(http, info, null, Options(http.Request, user)).ConfigureAwait(false);
            return;
        }
        var body = await RequestBody.ReadObjectAsync(http.Request, info.Type.Kind, http.RequestAborted).ConfigureAwait(false);
        CheckKind(info.Type, body);
        if (Reviews.TryAnswer(cluster, info, body, user) is { } answer)
        {
            await ResponseWriter.WriteAsync(http, 201, answer.ToUtf8()).ConfigureAwait(false);
            return;
        }
        if (info.Type.Namespaced && info.Namespace.Length == 0) throw ApiError.MethodNotAllowed();
        var options = Options(http.Request, user);
        var created = cluster.Operations.CreateStored(info.Type.Stored, info.Namespace, ToStored(info.Type, body, options), options);
        await WriteStoredAsync(http, 201, info, created, options).ConfigureAwait(false);
    }

    private async Task ReplaceAsync(HttpContext http, RequestInfo info, UserInfo user)
    {
        var body = await RequestBody.ReadObjectAsync(http.Request, info.Type.Kind, http.RequestAborted).ConfigureAwait(false);
        CheckKind(info.Type, body);
        var options = Options(http.Request, user);
        var updated = cluster.Operations.Update(info.Type.Stored, info.Namespace, info.Name, info.Subresource, _ => ToStored(info.Type, body, options), options);
        await WriteObjectAsync(http, 200, info, updated, options).ConfigureAwait(false);
    }

    private async Task PatchAsync(HttpContext http, RequestInfo info, UserInfo user)
    {
        var type = http.Request.ContentType?.Split(';')[0].Trim() ?? "";
        var bytes = await RequestBody.ReadBytesAsync(http.Request, http.RequestAborted).ConfigureAwait(false);
        var patch = RequestBody.Parse(bytes, type);
        var options = Options(http.Request, user);
        if (type == "application/apply-patch+yaml")
        {
            if (string.IsNullOrEmpty(http.Request.Get("fieldManager"))) throw ApiError.InvalidOptions("PatchOptions", FieldError.Required("fieldManager", "is required for apply patch"));
            var (applied, created) = cluster.Operations.Apply(info.Type.Stored, info.Namespace, info.Name, info.Subresource, ToStored(info.Type, Expect(patch), options), options);
            await WriteObjectAsync(http, created ? 201 : 200, info, applied, options).ConfigureAwait(false);
            return;
        }
        if (http.Request.Get("force") is not null) throw ApiError.InvalidOptions("PatchOptions", FieldError.Forbidden("force", "may not be specified for non-apply patch"));
        Func<JsonObject, JsonObject> change = type switch
        {
            "application/merge-patch+json" => o => (JsonObject)Patches.Merge(o, Expect(patch))!,
            "application/json-patch+json" => o => Patches.Json(o, patch),
            "application/strategic-merge-patch+json" when info.Type.Custom is null => o => StrategicMergePatch.Apply(o, Expect(patch), info.Type.Schema),
            _ => throw ApiError.UnsupportedMediaType(type, "application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"),
        };
        JsonObject? patched = null;
        JsonObject updated;
        try
        {
            updated = cluster.Operations.Update(info.Type.Stored, info.Namespace, info.Name, info.Subresource, o =>
            {
                var uid = o.Str("metadata", "uid");
                patched = ToStored(info.Type, change(ResourceOperations.InVersion(info.Type, o)), options);
                // In a patch the uid is a field like others; in a replacement it is a precondition.
                if (patched.Str("metadata", "uid") is { } given && given != uid) throw ApiError.Invalid(info.Type, info.Name, [FieldError.Invalid("metadata.uid", given, "field is immutable")]);
                return patched;
            }, options);
        }
        catch (ApiException e) when (e.Decoding is { } wrong && info.Type.Custom is null)
        {
            throw type == "application/strategic-merge-patch+json" ? ApiError.InvalidPatch(GoSyntax.Printed(patch), wrong.AsConversion) : ApiError.InvalidPatch(patched?.ToText() ?? "", wrong.Message);
        }
        await WriteObjectAsync(http, 200, info, updated, options).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http, RequestInfo info)
    {
        var options = await DeleteOptionsAsync(http.Request).ConfigureAwait(false);
        var (obj, gone) = cluster.Operations.Delete(info.Type, info.Namespace, info.Name, options);
        if (!gone || s_returned.Contains(info.Type.Resource))
        {
            await ResponseWriter
                .WriteAsync(http, 200, ResourceOperations.InVersion(info.Type, obj).ToUtf8())
                .ConfigureAwait(false);
            return;
        }
        var details = new JsonObject
        {
            ["name"] = info.Name,
            ["kind"] = info.Type.Plural,
            ["uid"] = obj.Str("metadata", "uid"),
        };
        if (info.Type.Group.Length > 0)
            details["group"] = info.Type.Group;
        await ResponseWriter
            .WriteAsync(
                http,
                200,
                new JsonObject
                {
                    ["kind"] = "Status",
                    ["apiVersion"] = "v1",
                    ["metadata"] = new JsonObject(),
                    ["status"] = "Success",
                    ["details"] = details,
                }.ToUtf8()
            )
            .ConfigureAwait(false);
    }

    private async Task DeleteCollectionAsync(HttpContext http, RequestInfo info)
    {
        var options = await DeleteOptionsAsync(http.Request).ConfigureAwait(false);
        var filter = new ObjectFilter(info, http.Request);
        var matching = cluster.Store.Snapshot.Of(info.Type.Resource).Values.Where(filter.Matches).ToList();
        foreach (var o in matching)
        {
            try
            {
                cluster.Operations.Delete(info.Type, o.Namespace, o.Name, options);
            }
            catch (ApiException e) when (e.Code == 404)
            {
                // Deleted by someone else meanwhile.
            }
        }
        await ResponseWriter
            .WriteListAsync(
                http,
                ObjectWriter.List(
                    info.Type,
                    matching,
                    default,
                    "None",
                    cluster.Now,
                    cluster.Store.Snapshot.Revision,
                    null,
                    0
                )
            )
            .ConfigureAwait(false);
    }

    private static async Task<DeleteOptions> DeleteOptionsAsync(HttpRequest request)
    {
        var body = await RequestBody.ReadOptionalAsync(request, request.HttpContext.RequestAborted).ConfigureAwait(false);
        return new()
        {
            GracePeriodSeconds = body.Num("gracePeriodSeconds") ?? (long.TryParse(request.Get("gracePeriodSeconds"), out var g) ? g : null),
            PropagationPolicy = body.Str("propagationPolicy") ?? request.Get("propagationPolicy") ?? (body.Flag("orphanDependents") == true ? "Orphan" : "Background"),
            PreconditionUid = body.Str("preconditions", "uid"),
            PreconditionResourceVersion = body.Str("preconditions", "resourceVersion"),
            DryRun = body.Strings("dryRun").Contains("All") || request.Get("dryRun") == "All",
        };
    }

    private Task WriteObjectAsync(HttpContext http, int code, RequestInfo info, JsonObject obj, WriteOptions options) =>
        WriteStoredAsync(http, code, info, new StoredObject(info.Type.Conversion is null ? ResourceOperations.InVersion(info.Type, obj) : obj, long.TryParse(obj.Str("metadata", "resourceVersion"), out var version) ? version : 0), options);

    private async Task WriteStoredAsync(HttpContext http, int code, RequestInfo info, StoredObject stored, WriteOptions options)
    {
        ResponseWriter.Warn(http.Response, options.Warnings);
        await ResponseWriter
            .WriteAsync(
                http,
                code,
                ObjectWriter.Object(
                    info.Type,
                    stored,
                    Negotiated.From(http.Request),
                    http.Request.Get("includeObject") ?? "Metadata",
                    cluster.Now
                )
            )
            .ConfigureAwait(false);
    }

    private static JsonObject ToStored(ResourceType type, JsonObject obj, WriteOptions options)
    {
        if (type.Conversion is not { } conversion) return obj;
        ObjectDecoder.Decode(type, obj, options);
        return conversion.ToStored(obj);
    }

    internal static WriteOptions Options(HttpRequest request, UserInfo user)
    {
        var agent = request.Headers.UserAgent.ToString();
        return new()
        {
            User = user.Name,
            Identity = user,
            FieldManager = request.Get("fieldManager") ?? agent.Split('/')[0],
            DryRun = request.Get("dryRun") == "All",
            FieldValidation = request.Get("fieldValidation") ?? "Warn",
            Force = request.IsTrue("force"),
        };
    }

    private static JsonObject Expect(JsonNode? patch) => patch as JsonObject ?? throw ApiError.BadRequest("the patch is not an object");

    private static void CheckKind(ResourceType type, JsonObject body)
    {
        if (body.Str("kind") is { } kind && kind != type.Kind && type.Kind != "Scale") throw ApiError.BadRequest($"{kind} in version \"{body.Str("apiVersion")}\" cannot be handled as a {type.Kind}: no kind \"{kind}\" is registered for the requested resource");
        if (body.Str("apiVersion") is { } version && version != type.ApiVersion)
            throw ApiError.BadRequest($"the API version in the data ({version}) does not match the expected API version ({type.ApiVersion})");
    }
}
