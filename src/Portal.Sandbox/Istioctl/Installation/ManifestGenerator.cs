using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Installation;

/// <summary>One component with its objects, in the order in which they are created.</summary>
/// <param name="Title">How progress names it.</param>
internal sealed record ComponentManifests(string Component, string Title, string Icon, IReadOnlyList<JsonObject> Objects);

/// <summary>Makes the objects of a specification: a profile's, named by the revision, with the gateways and settings that were asked for.</summary>
internal static class ManifestGenerator
{
    private const string Revision = "istio.io/rev";

    public static List<ComponentManifests> Generate(OperatorSpec spec)
    {
        List<ComponentManifests> sets = [];
        if (spec.IsEnabled("base")) sets.Add(new("Base", "Istio core", "⛵️", [.. IstioDefinitions.All, .. Placed(spec, ProfileManifests.Of("Base").Where(o => spec.Suffix.Length == 0 || o.Str("kind") != "ValidatingWebhookConfiguration"))]));
        if (spec.IsEnabled("pilot")) sets.Add(new("Pilot", "Istiod", "🧠", [.. Placed(spec, ProfileManifests.Of("Pilot").Select(o => Pilot(o, spec)))]));
        AddGateways(sets, spec, "IngressGateways", "ingressGateways", InstallProfiles.Ingress, "Ingress gateways", "🛬");
        AddGateways(sets, spec, "EgressGateways", "egressGateways", InstallProfiles.Egress, "Egress gateways", "🛫");
        return sets;
    }

    private static void AddGateways(List<ComponentManifests> sets, OperatorSpec spec, string component, string list, string standard, string title, string icon)
    {
        List<JsonObject> objects = [.. spec.Gateways(list).SelectMany(g => ProfileManifests.Of(component).Select(o => Gateway(o, g, standard, spec)))];
        if (objects.Count > 0) sets.Add(new(component, title, icon, objects));
    }

    /// <summary>Puts objects into the control plane's namespace and under its revision.</summary>
    private static IEnumerable<JsonObject> Placed(OperatorSpec spec, IEnumerable<JsonObject> objects)
    {
        foreach (var o in objects)
        {
            if (o.Str("metadata", "namespace") is not null) o.Ensure("metadata")["namespace"] = spec.Namespace;
            if (o.Obj("metadata", "labels") is { } labels && labels.ContainsKey(Revision)) labels[Revision] = spec.Revision;
            foreach (var subject in o.Objects("subjects")) subject["namespace"] = spec.Namespace;
            foreach (var hook in o.Objects("webhooks")) if (hook.Obj("clientConfig", "service") is { } service) service["namespace"] = spec.Namespace;
            yield return o;
        }
    }

    private static JsonObject Pilot(JsonObject o, OperatorSpec spec)
    {
        var metadata = o.Ensure("metadata");
        var (kind, name) = (o.Str("kind")!, metadata.Str("name")!);
        if (kind == "ConfigMap") o["data"] = name switch { "istio" => MeshConfigMap.Mesh(spec), "values" => MeshConfigMap.Values(spec), _ => MeshConfigMap.Injector(spec) };
        if (kind == "Deployment") Deployment(o, spec, spec.Spec.Obj("components", "pilot", "k8s"), spec.Spec.At("values", "pilot", "replicaCount"));
        if (spec.Suffix.Length == 0) return o;
        metadata["name"] = Named(name, spec);
        if (o.Obj("roleRef") is { } role) role["name"] = Named(role.Str("name")!, spec);
        foreach (var subject in o.Objects("subjects")) if (subject.Str("name") == "istiod") subject["name"] = "istiod" + spec.Suffix;
        var service = "istiod" + spec.Suffix;
        switch (kind)
        {
            case "MutatingWebhookConfiguration": o["webhooks"] = ProfileWebhooks.RevisionInjectors(spec.Revision, service); break;
            case "ValidatingWebhookConfiguration": o["webhooks"] = ProfileWebhooks.Validators("rev.validation.istio.io", spec.Revision, service); break;
            case "Service": o.Ensure("spec")["selector"] = Selector(spec); break;
            case "Deployment":
                o.Ensure("spec")["selector"] = new JsonObject { ["matchLabels"] = Selector(spec) };
                var template = o.Ensure("spec").Ensure("template");
                var labels = template.Ensure("metadata").Ensure("labels");
                labels.Remove("istio");
                labels[Revision] = spec.Revision;
                template.Ensure("spec")["serviceAccountName"] = service;
                break;
        }
        return o;
    }

    private static JsonObject Selector(OperatorSpec spec) => new() { ["app"] = "istiod", [Revision] = spec.Revision };

    private static string Named(string name, OperatorSpec spec)
    {
        const string Place = "-istio-system";
        return name.EndsWith(Place, StringComparison.Ordinal) ? $"{name[..^Place.Length]}{spec.Suffix}-{spec.Namespace}" : name + spec.Suffix;
    }

    private static JsonObject Gateway(JsonObject o, JsonObject gateway, string standard, OperatorSpec spec)
    {
        var name = gateway.Str("name") is { Length: > 0 } said ? said : standard;
        var labels = gateway.Map("label");
        var k8s = gateway.Obj("k8s");
        var ns = gateway.Str("namespace") ?? spec.Namespace;
        var metadata = o.Ensure("metadata");
        metadata["name"] = metadata.Str("name")!.Replace(standard, name, StringComparison.Ordinal);
        metadata["namespace"] = ns;
        Label(metadata, labels, spec);
        if (o.Obj("roleRef") is { } role) role["name"] = role.Str("name")!.Replace(standard, name, StringComparison.Ordinal);
        foreach (var subject in o.Objects("subjects")) (subject["name"], subject["namespace"]) = (subject.Str("name")!.Replace(standard, name, StringComparison.Ordinal), ns);
        switch (o.Str("kind"))
        {
            case "Service":
                Overlay(o.Ensure("spec").Ensure("selector"), labels);
                if (k8s.Obj("service") is { } service) SettingPath.Merge(o.Ensure("spec"), service);
                Annotate(metadata, k8s.Obj("serviceAnnotations"));
                break;
            case "Deployment":
                var body = o.Ensure("spec");
                var template = body.Ensure("template").Ensure("metadata");
                Overlay(body.Ensure("selector").Ensure("matchLabels"), labels);
                Label(template, labels, spec);
                Annotate(template, k8s.Obj("podAnnotations"));
                body.Ensure("template").Ensure("spec")["serviceAccountName"] = name + "-service-account";
                Deployment(o, spec, k8s, null);
                break;
        }
        return o;
    }

    private static void Label(JsonObject metadata, IReadOnlyDictionary<string, string> labels, OperatorSpec spec)
    {
        var own = metadata.Ensure("labels");
        Overlay(own, labels);
        if (own.ContainsKey(Revision)) own[Revision] = spec.Revision;
    }

    private static void Overlay(JsonObject map, IReadOnlyDictionary<string, string> labels)
    {
        foreach (var (key, value) in labels) map[key] = value;
    }

    private static void Annotate(JsonObject metadata, JsonObject? annotations)
    {
        if (annotations is { Count: > 0 }) SettingPath.Merge(metadata.Ensure("annotations"), annotations);
    }

    /// <summary>Image, number and resources as the specification wants them.</summary>
    private static void Deployment(JsonObject o, OperatorSpec spec, JsonObject? k8s, JsonNode? replicas)
    {
        var body = o.Ensure("spec");
        if ((k8s?["replicaCount"] ?? replicas) is { } count) body["replicas"] = count.DeepClone();
        var pod = body.Ensure("template").Ensure("spec");
        foreach (var container in pod.Objects("containers"))
        {
            var image = container.Str("image")!;
            var repository = image[(image.LastIndexOf('/') + 1)..].Split(':')[0];
            container["image"] = $"{spec.Hub ?? image[..image.LastIndexOf('/')]}/{repository}:{spec.Tag}";
            if (k8s.Obj("resources") is { } resources) container["resources"] = resources.Copy();
            if (k8s.Arr("env") is { Count: > 0 } environment) foreach (var variable in environment) container.EnsureArray("env").Add(variable!.DeepClone());
        }
        foreach (var field in new[] { "nodeSelector", "tolerations", "affinity", "priorityClassName" }) if (k8s?[field] is { } value) pod[field] = value.DeepClone();
    }
}
