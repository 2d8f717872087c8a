using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Portal.Sandbox.Api;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Istioctl;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Programs.Shell;
using Portal.Sandbox.Registry;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Mesh;

/// <summary>
/// The mesh's specification as cases, a folder an area: each case has resources.yaml, applied to a cluster with Bookinfo and an
/// echo server in the mesh, and calls.yaml, the requests and what they meet.
/// </summary>
public sealed class MeshCaseTests(MeshFixture mesh) : IClassFixture<MeshFixture>
{
    private static readonly string s_assets = Path.Combine(AppContext.BaseDirectory, "TestAssets", "mesh");

    public static TheoryData<string> Cases() => [.. Directory.EnumerateDirectories(s_assets).SelectMany(Directory.EnumerateDirectories).Select(d => Path.GetRelativePath(s_assets, d)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Calls_WithTheCasesResources_MeetWhatIsExpected(string name)
    {
        var resources = YamlReader.ReadAll(await File.ReadAllTextAsync(Path.Combine(s_assets, name, "resources.yaml"))).Cast<JsonObject>().ToList();
        var calls = (JsonArray)YamlReader.ReadAll(await File.ReadAllTextAsync(Path.Combine(s_assets, name, "calls.yaml"))).Single();
        mesh.Reset();
        mesh.Apply(resources);
        await mesh.SettledAsync();

        foreach (var call in calls.OfType<JsonObject>()) await ExpectAsync(call);
    }

    private async Task ExpectAsync(JsonObject call)
    {
        var times = call.Int(1, "times");
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        HttpReply? last = null;
        var replies = new List<HttpReply>();
        if (call.Flag("together") == true) replies.AddRange(await Task.WhenAll(Enumerable.Range(0, times).Select(_ => mesh.SendAsync(call))));
        else for (var i = 0; i < times; i++) replies.Add(await mesh.SendAsync(call));
        foreach (var reply in replies)
        {
            last = reply;
            var key = last.Failed ? last.Failure.ToString() : call.Str("count") switch
            {
                // Bookinfo's reviews and the echo server's /hostname name the pod that answered.
                "pod" => last.Status == 200 && JsonNode.Parse(last.Body.Span) is var json && (json.Str("podname") ?? json.Str("hostname"))?.Split('-') is [var app, var version, ..] ? $"{app}-{version}" : last.Status.ToString(CultureInfo.InvariantCulture),
                "text" => last.Text.TrimEnd('\n'),
                _ => last.Status.ToString(CultureInfo.InvariantCulture),
            };
            seen[key] = seen.GetValueOrDefault(key) + 1;
        }
        var shown = $"{call.ToText()} saw {string.Join(", ", seen.Select(s => $"{s.Key}×{s.Value}"))}";
        foreach (var (key, range) in call.Obj("expect")!)
        {
            var (low, high) = range is JsonArray a ? ((int)a[0]!.Num()!, (int)a[1]!.Num()!) : ((int)range.Num()!, (int)range.Num()!);
            Assert.True(seen.GetValueOrDefault(key) >= low && seen.GetValueOrDefault(key) <= high, shown);
            seen.Remove(key);
        }
        // How many different answers there are, where it does not matter which.
        if (call.Num("distinct") is { } distinct) Assert.True(seen.Count == distinct, shown);
        else Assert.True(seen.Count == 0, shown);
        if (call.Str("flags") is { } flags) Assert.Equal(flags, last!.Flags);
        if (call.Str("details") is { } details) Assert.Equal(details, last!.Details);
        if (call.Str("body") is { } body) Assert.Contains(body, last!.Text, StringComparison.Ordinal);
        foreach (var (header, value) in call.Map("responseHeaders")) Assert.Equal(value, last!.Headers[header]);
        foreach (var header in call.Strings("noResponseHeaders")) Assert.Null(last!.Headers[header]);
        if (call.Obj("seen") is { } seenByServer) ExpectSeen(JsonNode.Parse(last!.Body.Span)!, seenByServer);
        if (call.Str("log") is { } log) await Eventually.True(() => mesh.Logs(call.Str("logOf") ?? "client").Any(l => System.Text.RegularExpressions.Regex.IsMatch(l, log)));
    }

    /// <summary>What the echo server says that it got: <c>method</c>, <c>url</c>, else a header; null for one that it must not have got.</summary>
    private static void ExpectSeen(JsonNode echoed, JsonObject expected)
    {
        foreach (var (name, value) in expected)
        {
            var headers = echoed.Obj("headers")!;
            var found = name is "method" or "url" ? echoed.Str(name) : headers.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value switch
            {
                JsonArray list => string.Join(',', list.Select(v => v.Str())),
                var one => one.Str(),
            };
            if (value is null) Assert.Null(found);
            else Assert.Equal(value.ToString(), found);
        }
    }
}

/// <summary>One cluster with Istio, Bookinfo and an echo server in the namespace <c>bookinfo</c>, and curl pods inside and outside the mesh.</summary>
public sealed class MeshFixture : IAsyncLifetime
{
    private const string Clients = """
        apiVersion: v1
        kind: Namespace
        metadata: {name: legacy}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: client, namespace: bookinfo, labels: {app: client, version: v1}}
        spec: {containers: [{name: curl, image: curlimages/curl, command: [sleep, infinity]}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: outsider, namespace: legacy, labels: {app: outsider}}
        spec: {containers: [{name: curl, image: curlimages/curl, command: [sleep, infinity]}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: echo, namespace: bookinfo}
        spec:
          selector: {app: echo}
          ports:
          - {name: http, port: 80, targetPort: 8080}
          - {name: http-second, port: 85, targetPort: 8080}
          - {name: unnamed, port: 86, targetPort: 8080}
          - {name: tcp, port: 90, targetPort: 8080}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: echo-v1, namespace: bookinfo, labels: {app: echo, version: v1}}
        spec: {containers: [{name: echo, image: docker.io/mccutchen/go-httpbin:v2.15.0, env: [{name: USE_REAL_HOSTNAME, value: "true"}], ports: [{containerPort: 8080}]}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: echo-v2, namespace: bookinfo, labels: {app: echo, version: v2}}
        spec: {containers: [{name: echo, image: docker.io/mccutchen/go-httpbin:v2.15.0, env: [{name: USE_REAL_HOSTNAME, value: "true"}], ports: [{containerPort: 8080}]}]}
        """;

    private readonly SandboxFixture _sandbox = new();
    private SandboxCluster _cluster = null!;
    private SandboxCheckpoint _clean = null!;

    public async ValueTask InitializeAsync()
    {
        await _sandbox.InitializeAsync();
        (_cluster, _) = _sandbox.NewCluster();
        await _cluster.InstallIstioAsync("demo", TestContext.Current.CancellationToken).DefaultTimeout();
        // The definitions of the Gateway API, as a learner would apply them.
        Apply(YamlReader.ReadAll(await File.ReadAllTextAsync(Path.Combine(Samples, "gateway-api", "crds.yaml"))).SelectMany(l => l.Objects("items")).Select(o => o.Copy()));
        await Eventually.True(() => _cluster.Catalog.FindResource("httproutes.gateway.networking.k8s.io") is not null && _cluster.Controllers.IsIdle);
        Apply([new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = "bookinfo", ["labels"] = new JsonObject { ["istio-injection"] = "enabled" } } }]);
        await Eventually.True(() => _cluster.Store.Snapshot.Find("serviceaccounts", "bookinfo", "default") is not null);
        var samples = Path.Combine(_sandbox.Directory.Path, "istio-1.30.3", "samples", "bookinfo");
        foreach (var file in new[] { "platform/kube/bookinfo.yaml", "networking/bookinfo-gateway.yaml" })
            Apply(YamlReader.ReadAll(await File.ReadAllTextAsync(Path.Combine(samples, file))).Cast<JsonObject>(), "bookinfo");
        var clients = YamlReader.ReadAll(Clients).Cast<JsonObject>().ToList();
        Apply(clients.Take(1));
        await Eventually.True(() => _cluster.Store.Snapshot.Find("serviceaccounts", "legacy", "default") is not null);
        Apply(clients.Skip(1));
        await Eventually.True(() => _cluster.Store.Snapshot.List("pods").All(p => Sandbox.Controllers.OwnedObjects.IsPodReady(p.Parse())) && _cluster.Store.Snapshot.List("pods", "bookinfo").Count() == 9);
        await SettledAsync();
        _clean = _cluster.Checkpoint();
    }

    /// <summary>Where the distribution's samples are.</summary>
    public string Samples => Path.Combine(_sandbox.Directory.Path, "istio-1.30.3", "samples");

    internal SandboxCluster Cluster => _cluster;

    public void Reset() => _cluster.Restore(_clean);

    public void Apply(IEnumerable<JsonObject> objects, string? ns = "bookinfo")
    {
        foreach (var o in objects)
        {
            var type = _cluster.Catalog.FindKind(o.Str("apiVersion")!, o.Str("kind")!) ?? throw new InvalidOperationException($"{o.Str("apiVersion")} {o.Str("kind")} is not served");
            var (ns2, name) = (type.Namespaced ? o.Str("metadata", "namespace") ?? ns! : "", o.Str("metadata", "name")!);
            // What an installation made is replaced, as apply would.
            if (_cluster.Store.Snapshot.Find(type.Resource, ns2, name) is not null) _cluster.Operations.Delete(type, ns2, name, DeleteOptions.Background);
            _cluster.Operations.Create(type, type.Namespaced ? o.Str("metadata", "namespace") ?? ns! : "", o, new WriteOptions { User = "test", FieldValidation = "Strict" });
        }
    }

    /// <summary>Creates an object; what admission made of it comes back.</summary>
    internal JsonObject Create(ResourceType type, string ns, JsonObject o)
    {
        if (_cluster.Store.Snapshot.Find("serviceaccounts", ns, "default") is null) _cluster.Operations.Create(BuiltInResources.Get("serviceaccounts"), ns, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "default" } }, WriteOptions.Controller("test"));
        return _cluster.Operations.Create(type, ns, o, new WriteOptions { User = "test" });
    }

    /// <summary>Stores an object as it is, past schema and webhooks.</summary>
    public void ApplyUnchecked(JsonObject o)
    {
        var type = _cluster.Catalog.FindKind(o.Str("apiVersion")!, o.Str("kind")!)!;
        o.Obj("metadata")!["uid"] = Guid.NewGuid().ToString();
        o.Obj("metadata")!["creationTimestamp"] = _cluster.Operations.Now;
        _cluster.Store.Write(tx => tx.Put(type.Resource, o, null));
    }

    /// <summary>Deletes all objects of a resource.</summary>
    public void Remove(string resource)
    {
        var type = _cluster.Catalog.FindResource(resource)!;
        foreach (var o in _cluster.Store.Snapshot.List(resource).ToList()) _cluster.Operations.Delete(type, o.Namespace, o.Name, DeleteOptions.Background);
    }

    /// <summary>Waits until the proxies know everything that the API knows.</summary>
    public Task SettledAsync() => Eventually.True(() =>
        _cluster.Controllers.IsIdle && _cluster.Mesh.IsCurrent && _cluster.Store.Snapshot.List("pods").All(p => Sandbox.Controllers.OwnedObjects.IsPodReady(p.Parse()) && _cluster.Pods.Find(new(p.Namespace, p.Name)) is not null));

    internal async Task<HttpReply> SendAsync(JsonObject call)
    {
        var headers = new HttpHeaders();
        foreach (var (key, value) in call.Map("headers")) headers.Add(key, TestTokens.Fill(value));
        var raw = call.Str("raw");
        var request = new HttpCall(raw is null ? call.Str("method") ?? "GET" : "", call.Str("host") ?? "reviews:9080", call.Str("path") ?? "/reviews/0", headers, Encoding.UTF8.GetBytes(raw ?? call.Str("send") ?? ""))
        {
            Raw = raw is not null, Dial = call.Str("dial"), Tls = call.Str("tls") is { } name ? new TlsClient(name, Certificate: call.Str("certificate")) : null,
        };
        var from = call.Str("from") ?? "client";
        if (from.StartsWith("ingress", StringComparison.Ordinal) || from.StartsWith("gateway/", StringComparison.Ordinal))
        {
            var port = from.Contains(':', StringComparison.Ordinal) ? int.Parse(from.Split(':')[1], CultureInfo.InvariantCulture) : 8080;
            var named = from.Split(':')[0];
            var gateway = _cluster.Pods.All.Single(p => named == "ingress" ? p.Labels.GetValueOrDefault("app") == "istio-ingressgateway" : p.Labels.GetValueOrDefault("gateway.networking.k8s.io/gateway-name") == named["gateway/".Length..]);
            var proxy = gateway.Containers["istio-proxy"];
            return gateway.ListenerOn(port) is null ? HttpReply.Fail(ConnectionFailure.Refused) : await proxy.Program.HandleAsync(proxy, port, request, TestContext.Current.CancellationToken).AsTask().DefaultTimeout();
        }
        var pod = _cluster.Pods.All.First(p => p.Name == from.Split('/')[0] || p.Name.StartsWith(from.Split('/')[0] + "-", StringComparison.Ordinal));
        var container = from.Contains('/', StringComparison.Ordinal) ? pod.Containers["istio-proxy"] : pod.Containers.Values.First(c => !c.IsProxy && !c.RunsOnce);
        return await container.SendAsync(request, null, TestContext.Current.CancellationToken).DefaultTimeout();
    }

    /// <summary>The access logs of the proxies of pods whose names begin so.</summary>
    internal IEnumerable<string> Logs(string prefix) => _cluster.Pods.All.Where(p => p.Name.StartsWith(prefix, StringComparison.Ordinal)).SelectMany(p => p.Sidecar!.Log.Read(0).Lines).Select(l => l.Text);

    /// <summary>Runs istioctl against the cluster.</summary>
    internal Task<(int Code, string Output, string Error)> IstioctlAsync(params string[] args) => IstioctlAsync(new Dictionary<string, string>(), args);

    /// <param name="files">What the command line names, by name.</param>
    internal async Task<(int Code, string Output, string Error)> IstioctlAsync(IReadOnlyDictionary<string, string> files, params string[] args)
    {
        var (text, errors) = (new StringBuilder(), new StringBuilder());
        Task Write(StringBuilder to, string line)
        {
            to.Append(line).Append('\n');
            return Task.CompletedTask;
        }
        var code = await new IstioctlCommand(_cluster, new IstioctlOutput(t => Write(text, t), t => Write(errors, t)), files).RunAsync(args, TestContext.Current.CancellationToken).DefaultTimeout();
        return (code, text.ToString(), errors.ToString());
    }

    /// <summary>Runs a command in a container; output and errors come back as one text.</summary>
    internal async Task<(int Status, string Text)> ExecAsync(string pod, string container, params string[] command)
    {
        var text = new StringBuilder();
        var none = Channel.CreateUnbounded<byte[]>();
        none.Writer.TryComplete();
        Task Write(ReadOnlyMemory<byte> data)
        {
            lock (text) text.Append(Encoding.UTF8.GetString(data.Span));
            return Task.CompletedTask;
        }
        var status = await ShellExec.RunAsync(Pod(pod).Containers[container], command, new ShellIo(none.Reader, Write, Write), tty: false, TestContext.Current.CancellationToken).DefaultTimeout();
        return (status, text.ToString());
    }

    internal int Requests(string host) => _cluster.External.Requests(host);

    internal PodInstance? TryPod(string prefix) => _cluster.Pods.All.FirstOrDefault(p => p.Name.StartsWith(prefix, StringComparison.Ordinal));

    internal PodInstance Pod(string prefix) => TryPod(prefix) ?? throw new InvalidOperationException($"no pod {prefix}");

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();
}
