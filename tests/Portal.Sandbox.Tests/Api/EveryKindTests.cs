using System.Net;
using System.Reflection;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Api;

/// <summary>Every built-in kind through the typed methods of the .NET client: all verbs, all kinds of patch, conflicts, watches.</summary>
[Collection(SandboxCollection.Name)]
public sealed class EveryKindTests(SandboxFixture sandbox)
{
    /// <summary>Kinds that no client creates, that hold no state, or that the client's package does not know.</summary>
    private static readonly string[] s_others = ["bindings", "componentstatuses", "apiservices.apiregistration.k8s.io", "flowschemas.flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io", "ipaddresses.networking.k8s.io", "servicecidrs.networking.k8s.io"];

    public static TheoryData<string> Kinds() => [.. KindObjects.All.Select(KindObjects.TitleOf)];

    [Fact]
    public void Kinds_OfTheList_AreAllThatAClusterStores()
    {
        var listed = KindObjects.All.Select(KindObjects.TitleOf).ToHashSet();

        var missing = BuiltInResources.All.Where(r => r.Verbs.Contains("create") && r.Verbs.Contains("list") && !s_others.Contains(r.Resource) && !listed.Contains($"{r.ApiVersion} {r.Kind}")).Select(r => $"{r.ApiVersion} {r.Kind}");

        Assert.Empty(missing);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AllVerbs_OnAKind_DoWhatTheySay(string title)
    {
        var (cluster, _) = sandbox.NewCluster();
        using var client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigObject(KubernetesYaml.Deserialize<k8s.KubeConfigModels.K8SConfiguration>(cluster.Kubeconfig)));
        var template = KindObjects.All.Single(o => KindObjects.TitleOf(o) == title);
        var type = cluster.Catalog.FindKind(template.Str("apiVersion")!, template.Str("kind")!)!;
        var json = KindObjects.Named(template, "sample");
        var name = json.Str("metadata", "name")!;
        var calls = new TypedCalls(client, type);

        var created = await calls.InvokeAsync("Create", ("body", calls.Typed(json)));
        Assert.Equal(name, created.Metadata.Name);
        Assert.False(string.IsNullOrEmpty(created.Metadata.Uid));
        var watch = WatchOnceAsync(cluster, type, name, created.Metadata.ResourceVersion);
        var stale = await calls.InvokeAsync("Read", ("name", name));
        Assert.Equal(created.Metadata.Uid, stale.Metadata.Uid);

        var labelled = await calls.InvokeAsync("Patch", ("name", name), ("body", new V1Patch("""{"metadata":{"labels":{"merge":"yes"}}}""", V1Patch.PatchType.MergePatch)));
        Assert.Equal("yes", labelled.Metadata.Labels["merge"]);
        Assert.Equal(("MODIFIED", name), await watch.DefaultTimeout());
        var strategic = await calls.InvokeAsync("Patch", ("name", name), ("body", new V1Patch("""{"metadata":{"labels":{"merge":null,"strategic":"yes"}}}""", V1Patch.PatchType.StrategicMergePatch)));
        Assert.False(strategic.Metadata.Labels.ContainsKey("merge"));
        var patched = await calls.InvokeAsync("Patch", ("name", name), ("body", new V1Patch("""[{"op":"replace","path":"/metadata/labels/strategic","value":"no"}]""", V1Patch.PatchType.JsonPatch)));
        Assert.Equal("no", patched.Metadata.Labels["strategic"]);
        var applied = await calls.InvokeAsync("Patch", ("name", name), ("fieldManager", "test"), ("body", new V1Patch(new JsonObject { ["apiVersion"] = type.ApiVersion, ["kind"] = type.Kind, ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["applied"] = "yes" } } }.ToText(), V1Patch.PatchType.ApplyPatch)));
        Assert.Contains(applied.Metadata.ManagedFields, f => f is { Manager: "test", Operation: "Apply" });

        // Controllers write, too: a replacement is of any version.
        (applied.Metadata.ResourceVersion, applied.Metadata.Labels["replaced"]) = (null, "yes");
        var replaced = await calls.InvokeAsync("Replace", ("name", name), ("body", applied));
        Assert.Equal("yes", replaced.Metadata.Labels["replaced"]);
        stale.Metadata.Labels = new Dictionary<string, string> { ["stale"] = "yes" };
        var conflict = await Assert.ThrowsAsync<HttpOperationException>(() => calls.InvokeAsync("Replace", ("name", name), ("body", stale)));
        Assert.Equal(HttpStatusCode.Conflict, conflict.Response.StatusCode);
        var twice = await Assert.ThrowsAsync<HttpOperationException>(() => calls.InvokeAsync("Create", ("body", calls.Typed(json))));
        Assert.Equal(HttpStatusCode.Conflict, twice.Response.StatusCode);
        Assert.Contains(await calls.ListAsync("replaced=yes"), n => n == name);

        await calls.DeleteAsync(name);
        await Eventually.True(() => cluster.Store.Snapshot.Find(type.Resource, type.Namespaced ? "default" : "", name) is null);
        var gone = await Assert.ThrowsAsync<HttpOperationException>(() => calls.InvokeAsync("Read", ("name", name)));
        Assert.Equal(HttpStatusCode.NotFound, gone.Response.StatusCode);
    }

    private static async Task<(string?, string?)> WatchOnceAsync(SandboxCluster cluster, ResourceType type, string name, string version)
    {
        using var http = BadInputTests.Client(out var address, cluster);
        var root = type.Group.Length == 0 ? "/api/v1" : $"/apis/{type.ApiVersion}";
        using var response = await http.GetAsync($"{address}{root}{(type.Namespaced ? "/namespaces/default" : "")}/{type.Plural}?watch=true&resourceVersion={version}&fieldSelector=metadata.name%3D{name}", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        while (true)
        {
            var line = JsonNode.Parse((await reader.ReadLineAsync(TestContext.Current.CancellationToken))!);
            // Controllers may have been quicker than the test.
            if (line.Str("object", "metadata", "labels", "merge") == "yes") return (line.Str("type"), line.Str("object", "metadata", "name"));
        }
    }

    /// <summary>The client has one method for each verb of each kind; they are found by their names.</summary>
    private sealed class TypedCalls
    {
        private readonly ResourceType _type;
        private readonly object _operations;
        private readonly Type _operationsType;
        private readonly Type _bodyType;

        public TypedCalls(Kubernetes client, ResourceType type)
        {
            _type = type;
            foreach (var property in typeof(IKubernetes).GetInterfaces().SelectMany(i => i.GetProperties()).Concat(typeof(IKubernetes).GetProperties()).Concat(typeof(Kubernetes).GetProperties()))
            {
                var body = Method(property.PropertyType, "Create")?.GetParameters()[0].ParameterType;
                if (body?.GetCustomAttribute<KubernetesEntityAttribute>() is not { } entity || entity.Group != type.Group || entity.ApiVersion != type.Version) continue;
                (_operations, _operationsType, _bodyType) = (property.GetValue(client)!, property.PropertyType, body);
                return;
            }
            throw new InvalidOperationException($"the client does not know {type.Kind}");
        }

        public object Typed(JsonObject json) =>
            typeof(KubernetesJson).GetMethods().First(m => m.Name == "Deserialize" && m.GetParameters()[0].ParameterType == typeof(string)).MakeGenericMethod(_bodyType).Invoke(null, [json.ToText(), null])!;

        public async Task<IKubernetesObject<V1ObjectMeta>> InvokeAsync(string verb, params (string Name, object Value)[] arguments) =>
            (IKubernetesObject<V1ObjectMeta>)(await CallAsync(verb, arguments))!;

        public Task DeleteAsync(string name) => CallAsync("Delete", ("name", name));

        public async Task<IEnumerable<string>> ListAsync(string selector) =>
            ((System.Collections.IEnumerable)((dynamic)(await CallAsync("List", ("labelSelector", selector)))!).Items).Cast<IKubernetesObject<V1ObjectMeta>>().Select(i => i.Metadata.Name);

        private async Task<object?> CallAsync(string verb, params (string Name, object Value)[] arguments)
        {
            var method = Method(_operationsType, verb) ?? throw new InvalidOperationException($"no method for {verb} of {_type.Kind}");
            var values = method.GetParameters().Select(p => arguments.FirstOrDefault(a => a.Name == p.Name).Value ?? (p.Name == "namespaceParameter" ? "default" : p.HasDefaultValue ? p.DefaultValue : null)).ToArray();
            var task = (Task)method.Invoke(_operations, values)!;
            await task.DefaultTimeout();
            var response = ((dynamic)task).Result;
            using ((IDisposable)response) return response.Body;
        }

        private MethodInfo? Method(Type operations, string verb) => operations.GetMethods().FirstOrDefault(m => m.Name == $"{verb}{(_type.Namespaced ? "Namespaced" : "")}{_type.Kind}WithHttpMessagesAsync" && !m.IsGenericMethodDefinition);
    }
}
