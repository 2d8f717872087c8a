using System.Text.Json.Nodes;

namespace Portal.Sandbox.Istioctl;

/// <summary>The webhooks of an installation, with the selectors that decide which pods get a proxy and which objects are checked.</summary>
internal static class ProfileWebhooks
{
    private const string Revision = "istio.io/rev";
    private const string Injection = "istio-injection";
    private const string Inject = "sidecar.istio.io/inject";

    /// <summary>Those of the default revision, which also answers for plain injection labels.</summary>
    public static JsonArray Injectors(string revision, string service) => [.. RevisionInjectors(revision, service, "rev.").OfType<JsonObject>().Select(h => h.DeepClone()), .. DefaultInjectors(service)];

    /// <summary>Those that have nothing to do any more, because a tag has taken over the default.</summary>
    public static JsonObject Never() => new() { ["matchLabels"] = new JsonObject { ["istio.io/deactivated"] = "never-match" } };

    /// <summary>Those of one revision or tag: namespaces and pods that name it.</summary>
    public static JsonArray RevisionInjectors(string revision, string service, string prefix = "rev.") =>
    [
        Hook(prefix + "namespace.sidecar-injector.istio.io", service, "/inject", Pods(), [In(Revision, revision), Absent(Injection)], [NotIn(Inject, "false")]),
        Hook(prefix + "object.sidecar-injector.istio.io", service, "/inject", Pods(), [Absent(Revision), Absent(Injection)], [NotIn(Inject, "false"), In(Revision, revision)]),
    ];

    public static IEnumerable<JsonObject> DefaultInjectors(string service) =>
    [
        Hook("namespace.sidecar-injector.istio.io", service, "/inject", Pods(), [In(Injection, "enabled")], [NotIn(Inject, "false")]),
        Hook("object.sidecar-injector.istio.io", service, "/inject", Pods(), [Absent(Injection), Absent(Revision)], [In(Inject, "true"), Absent(Revision)]),
    ];

    /// <param name="name"><c>rev.validation.istio.io</c> for objects that name the revision, <c>validation.istio.io</c> for those that name none.</param>
    public static JsonArray Validators(string name, string revision, string service) =>
        [Hook(name, service, "/validate", Configuration(), null, [name.StartsWith("rev.", StringComparison.Ordinal) ? In(Revision, revision) : Absent(Revision), Absent("admission.istio.io/ignore")])];

    private static JsonObject Hook(string name, string service, string path, JsonObject rule, JsonArray? namespaces, JsonArray objects)
    {
        var hook = new JsonObject
        {
            ["name"] = name,
            ["clientConfig"] = new JsonObject { ["service"] = new JsonObject { ["name"] = service, ["namespace"] = "istio-system", ["path"] = path, ["port"] = 443 } },
            ["rules"] = new JsonArray(rule),
            ["failurePolicy"] = "Fail",
            ["sideEffects"] = "None",
            ["admissionReviewVersions"] = new JsonArray("v1"),
            ["objectSelector"] = new JsonObject { ["matchExpressions"] = objects },
        };
        if (namespaces is not null) hook["namespaceSelector"] = new JsonObject { ["matchExpressions"] = namespaces };
        return hook;
    }

    private static JsonObject Pods() => new() { ["operations"] = new JsonArray("CREATE"), ["apiGroups"] = new JsonArray(""), ["apiVersions"] = new JsonArray("v1"), ["resources"] = new JsonArray("pods") };

    private static JsonObject Configuration() => new()
    {
        ["operations"] = new JsonArray("CREATE", "UPDATE"), ["apiGroups"] = new JsonArray("security.istio.io", "networking.istio.io", "telemetry.istio.io", "extensions.istio.io"), ["apiVersions"] = new JsonArray("*"), ["resources"] = new JsonArray("*"),
    };

    private static JsonObject In(string key, string value) => new() { ["key"] = key, ["operator"] = "In", ["values"] = new JsonArray(value) };

    private static JsonObject NotIn(string key, string value) => new() { ["key"] = key, ["operator"] = "NotIn", ["values"] = new JsonArray(value) };

    private static JsonObject Absent(string key) => new() { ["key"] = key, ["operator"] = "DoesNotExist" };
}
