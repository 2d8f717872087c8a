using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Istioctl.Installation;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Injection;

namespace Portal.Sandbox.Istioctl.Commands;

/// <summary><c>istioctl kube-inject</c>: puts the proxy into the pods of manifests, as the injector would; all else passes unchanged.</summary>
internal static class KubeInjectCommand
{
    public static Command Definition { get; } = new("kube-inject", "Inject Istio sidecar into Kubernetes pod resources")
    {
        Long = "kube-inject manually injects the Istio sidecar into Kubernetes\nworkloads. Unsupported resources are left unmodified so it is safe to\nrun kube-inject over a single file that contains multiple Service,\nConfigMap, Deployment, etc. definitions for a complex application.",
        Example = "  # Update resources on the fly before applying.\n  kubectl apply -f <(istioctl kube-inject -f <resource.yaml>)",
        Flags =
        [
            Flag.Text("filename", "Input Kubernetes resource filename", "f"), Flag.Text("output", "Modified output Kubernetes resource filename", "o"), Flag.Text("revision", "Control plane revision", "r"),
            Flag.Text("meshConfigFile", "Mesh configuration filename. Takes precedence over --meshConfigMapName if set"), Flag.Text("injectConfigFile", "Injection configuration filename. Cannot be used with --injectConfigMapName"), Flag.Text("valuesFile", "Injection values configuration filename."),
        ],
        Access = Accesses.ReadWebhooks, Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation call, CancellationToken cancellationToken)
    {
        if (call["filename"] is not { Length: > 0 } file) throw new IstioctlException("1 error occurred:\n\t* filename not specified (see --filename or -f)\n\n");
        if (call.Has("output")) throw new IstioctlException("--output is not simulated by the sandbox: redirect the output instead");
        foreach (var flag in new[] { "meshConfigFile", "injectConfigFile", "valuesFile" }) if (call.Has(flag)) throw new IstioctlException($"--{flag} is not simulated by the sandbox: the injector's own configuration is used");
        var revision = call["revision"] is { Length: > 0 } said ? said : OperatorSpec.DefaultRevision;
        var suffix = revision == OperatorSpec.DefaultRevision ? "" : "-" + revision;
        if (call.Cluster.Store.Snapshot.Find("configmaps", call.IstioNamespace, "istio" + suffix) is null)
            throw new IstioctlException($"could not read valid configmap \"istio{suffix}\" from namespace \"{call.IstioNamespace}\": configmaps \"istio{suffix}\" not found - Use --meshConfigFile or re-run kube-inject with `-i <istioSystemNamespace> and ensure valid MeshConfig exists");
        List<JsonNode> documents;
        try
        {
            documents = [.. YamlReader.ReadAll(call.ReadFile(file))];
        }
        catch (YamlDotNet.Core.YamlException e)
        {
            throw new IstioctlException($"error converting YAML to JSON: yaml: {e.Message}");
        }
        foreach (var document in documents.OfType<JsonObject>()) Inject(document, revision, call.Namespace);
        await call.LineAsync(YamlText.WriteAll(documents).TrimEnd('\n')).ConfigureAwait(false);
        return 0;
    }

    private static void Inject(JsonObject o, string revision, string defaultNamespace)
    {
        switch (o.Str("kind"))
        {
            case "List":
                foreach (var item in o.Objects("items")) Inject(item, revision, defaultNamespace);
                break;
            case "Pod": InjectPod(o, o, revision, defaultNamespace); break;
            case "Deployment" or "ReplicaSet" or "StatefulSet" or "DaemonSet" or "Job" or "ReplicationController" when o.Obj("spec", "template") is { } template: InjectPod(o, template, revision, defaultNamespace); break;
            case "CronJob" when o.Obj("spec", "jobTemplate", "spec", "template") is { } template: InjectPod(o, template, revision, defaultNamespace); break;
        }
    }

    private static void InjectPod(JsonObject owner, JsonObject pod, string revision, string defaultNamespace)
    {
        if (pod.Obj("spec") is null) return;
        var metadata = pod.Ensure("metadata");
        // The template takes names and places from the pod; those of a pod template are its owner's, for the time being.
        var (name, ns) = (metadata.Str("name"), metadata.Str("namespace"));
        metadata.Default("namespace", owner.Str("metadata", "namespace") ?? defaultNamespace);
        metadata.Default("name", owner.Str("metadata", "name") ?? owner.Str("metadata", "generateName"));
        if (SidecarInjection.Wanted(pod)) ProxyTemplate.Apply(pod, revision);
        if (name is null) metadata.Remove("name");
        if (ns is null) metadata.Remove("namespace");
    }
}
