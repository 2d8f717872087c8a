using Xunit;

namespace Portal.Sandbox.Tests.Istioctl;

/// <summary><c>istioctl analyze</c> through its launcher: on files alone, and on a cluster with files laid over it.</summary>
[Collection(SandboxCollection.Name)]
public sealed class AnalyzeTests(SandboxFixture sandbox)
{
    private const string Clean = """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {selector: {app: web}, ports: [{name: http, port: 80}]}

        """;

    /// <summary>An error on its last line.</summary>
    private const string Lost = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: lost
          namespace: shop
        spec:
          hosts: [web]
          http:
            - route:
                - destination:
                    host: nosuch

        """;

    private const string Plain = """
        apiVersion: v1
        kind: Namespace
        metadata:
          name: plain

        """;

    private const string PlainText = "Info [IST0102] (Namespace plain {0}) The namespace is not enabled for Istio injection. Run 'kubectl label namespace plain istio-injection=enabled' to enable it, or 'kubectl label namespace plain istio-injection=disabled' to explicitly mark it as not needing injection.\n";

    [Theory]
    [InlineData("analyze --use-kube=false clean.yaml", 0, "\n", "✔ No validation issues found when analyzing clean.yaml.\n")]
    [InlineData("analyze -k=false clean.yaml sub", 0, "\n", "Skipping file sub/notes.txt, recognized file extensions are: [.json .yaml .yml]\n✔ No validation issues found when analyzing:\n  - clean.yaml\n  - sub/clean.yml\n  - sub/deep/clean.yaml\n")]
    [InlineData("analyze --use-kube=false sub/notes.txt", 0, "\n", "Skipping file sub/notes.txt, recognized file extensions are: [.json .yaml .yml]\n✔ No validation issues found when analyzing namespace: default.\n")]
    [InlineData("analyze --use-kube=false - < clean.yaml", 0, "\n", "✔ No validation issues found when analyzing -.\n")]
    [InlineData("analyze --use-kube=false lost.yaml", 79, "Error [IST0101] (VirtualService shop/lost lost.yaml:11) Referenced host not found: \"nosuch\"\n", "default")]
    [InlineData("analyze --use-kube=false -n shop lost.yaml", 79, "Error [IST0101] (VirtualService shop/lost lost.yaml:11) Referenced host not found: \"nosuch\"\n", "shop")]
    [InlineData("analyze --use-kube=false -n other lost.yaml", 0, "\n", "✔ No validation issues found when analyzing lost.yaml.\n")]
    [InlineData("analyze --use-kube=false --color lost.yaml", 79, "\u001b[1;31mError\u001b[0m [IST0101] (VirtualService shop/lost lost.yaml:11) Referenced host not found: \"nosuch\"\n", "default")]
    [InlineData("analyze --use-kube=false -S 'IST0101=VirtualService shop/l*t' lost.yaml", 0, "\n", "✔ No validation issues found when analyzing lost.yaml.\n")]
    [InlineData("analyze --use-kube=false --suppress 'IST9999=x' clean.yaml", 0, "\n", "Warning: Supplied message code 'IST9999' is an unknown message code and will not have any effect.\n✔ No validation issues found when analyzing clean.yaml.\n")]
    [InlineData("analyze --use-kube=false --suppress IST0101 clean.yaml", 1, "", "Error: IST0101 is not a valid suppression value. See istioctl analyze --help\n")]
    [InlineData("analyze --use-kube=false --output-threshold warning plain.yaml", 0, "\n", "✔ No validation issues found when analyzing plain.yaml.\n")]
    [InlineData("analyze --use-kube=false -o json clean.yaml", 0, "[]\n", "✔ No validation issues found when analyzing clean.yaml.\n")]
    [InlineData("analyze --use-kube=false -oyaml lost.yaml", 0, "- code: IST0101\n  documentationUrl: https://istio.io/v1.30/docs/reference/config/analysis/ist0101/?ref=istioctl-analyze\n  level: Error\n  message: 'Referenced host not found: \"nosuch\"'\n  origin: VirtualService shop/lost\n  reference: lost.yaml:11\n\n", "")]
    [InlineData("analyze --use-kube=false -o xml clean.yaml", 64, "", "Error: xml not a valid option for format. See istioctl analyze --help\n")]
    [InlineData("analyze --use-kube=false --failure-threshold fatal clean.yaml", 64, "", "Error: invalid argument \"fatal\" for \"--failure-threshold\" flag: \"fatal\" not a valid option, please choose from: [Info Warning Error]\n")]
    [InlineData("analyze --frobnicate clean.yaml", 64, "", "Error: unknown flag: --frobnicate\n")]
    [InlineData("analyze --use-kube=false gone.yaml", 1, "", "Error: stat gone.yaml: no such file or directory\n")]
    [InlineData("analyze -n nowhere", 0, "", "namespace \"nowhere\" not found\n")]
    [InlineData("analyze --use-kube=false broken.yaml", 65, "\n", "Error(s) adding files: 1 error occurred:\n\t* errors parsing content \"broken.yaml\": 1 error occurred:\n\t* error processing broken.yaml[1]: failed converting YAML to JSON: yaml: line 1: did not find expected ',' or ']'\n\n\n\n\nNo validation issues found when analyzing namespace: default (but 1 file could not be parsed).\nError: Some files couldn't be parsed.\n")]
    [InlineData("analyze --use-kube=false --ignore-unknown -A kindless.yaml", 0, "\n", "Error(s) adding files: 1 error occurred:\n\t* errors parsing content \"kindless.yaml\": 1 error occurred:\n\t* error processing kindless.yaml[0]: unable to parse resource with no group, version and kind\n\n\n\n\nNo validation issues found when analyzing all namespaces (but 1 file could not be parsed).\n")]
    public async Task Analyze_WithFlags_PrintsAndExitsAsIstioctl(string command, int exitCode, string text, string error)
    {
        var shell = Shell();

        var result = await shell.RunAsync($"PATH=$PWD:$PATH; cd $HOME; istioctl {command}");

        Assert.Equal(text, result.Output);
        Assert.Equal(exitCode == 79 ? VerdictOn("namespace: " + error) : error, result.Error);
        Assert.Equal(exitCode, result.ExitCode);
    }

    [Theory]
    [InlineData("plain.yaml", Plain, "plain.yaml:4")]
    [InlineData("comment.yaml", "\n# where it begins\n" + Plain, "comment.yaml:6")]
    // istioctl counts the separator twice.
    [InlineData("separator.yaml", "---\n" + Plain, "separator.yaml:6")]
    [InlineData("second.yaml", Clean + "---\n\n" + Plain, "second.yaml:10")]
    [InlineData("list.yaml", "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Namespace\n    metadata:\n      name: plain\n", "list.yaml:8")]
    [InlineData("plain.json", """{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "plain"}}""", "plain.json")]
    public async Task Analyze_OfAFile_NamesTheLineAsIstioctl(string file, string content, string reference)
    {
        var shell = Shell();
        await File.WriteAllTextAsync(Path.Combine(shell.Home, file), content, TestContext.Current.CancellationToken);

        var result = await shell.RunAsync($"PATH=$PWD:$PATH; cd $HOME; istioctl analyze --use-kube=false --failure-threshold info {file}");

        Assert.Equal(PlainText.Replace("{0}", reference, StringComparison.Ordinal), result.Output);
        Assert.Equal(79, result.ExitCode);
    }

    [Fact]
    public async Task Analyze_WithVerbose_TellsWhatRan()
    {
        var result = await Shell().RunAsync("PATH=$PWD:$PATH; cd $HOME; istioctl analyze --use-kube=false -v --analyzer gateway.SecretAnalyzer clean.yaml");

        Assert.Equal("Analyzed resources in namespace: default\nExecuted analyzers:\n\t gateway.SecretAnalyzer\n\n✔ No validation issues found when analyzing clean.yaml.\n", result.Error);
    }

    [Fact]
    public async Task Analyze_WithListAnalyzers_NamesThem()
    {
        var result = await Shell().RunAsync("PATH=$PWD:$PATH; istioctl analyze -L");

        Assert.StartsWith("* annotations.K8sAnalyzer:\n    Checks for misplaced and invalid Istio annotations in Kubernetes resources\n* applicationUID.Analyzer:\n", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Analyze_WithAMeshConfigFile_UsesItsSettings()
    {
        var shell = Shell();
        await File.WriteAllTextAsync(Path.Combine(shell.Home, "mesh.yaml"), "extensionProviders: [{name: light, lightstep: {service: x, port: 1}}]\ndefaultProviders: {accessLogging: [envoy]}\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(shell.Home, "t.yaml"), "apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {name: t}\nspec: {tracing: [{providers: [{name: light}]}], accessLogging: [{filter: {expression: 'true'}}]}\n", TestContext.Current.CancellationToken);

        var result = await shell.RunAsync("PATH=$PWD:$PATH; cd $HOME; istioctl analyze --use-kube=false --meshConfigFile=mesh.yaml t.yaml");

        Assert.Equal("Warning [IST0002] (Telemetry default/t t.yaml:1) Deprecated: The Lightstep provider light is deprecated, please migrate to OpenTelemetry provider.\n", result.Text);
    }

    [Fact]
    public async Task Analyze_OfAClusterWithAFileLaidOver_JudgesTheWhole()
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync("PATH=$PWD:$PATH; istioctl install --set profile=demo -y");
        var fresh = await shell.RunAsync("PATH=$PWD:$PATH; istioctl analyze -A");
        var clean = await shell.RunAsync("PATH=$PWD:$PATH; kubectl create namespace shop; kubectl label namespace shop istio-injection=enabled; kubectl create deployment web --image=nginx -n shop; kubectl expose deployment web --port=80 -n shop; kubectl patch service web -n shop --type=json -p '[{\"op\":\"add\",\"path\":\"/spec/ports/0/name\",\"value\":\"http\"}]'; kubectl rollout status deployment/web -n shop --timeout=20s >/dev/null; istioctl analyze -n shop");
        const string Conflicting = """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: one, namespace: shop}
            spec: {hosts: [web], http: [{route: [{destination: {host: web}}]}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: two, namespace: shop}
            spec: {hosts: [web.shop.svc.cluster.local], http: [{route: [{destination: {host: web}}]}]}
            """;
        await File.WriteAllTextAsync(Path.Combine(shell.Home, "two.yaml"), Conflicting, TestContext.Current.CancellationToken);
        var json = await shell.RunAsync("PATH=$PWD:$PATH; cd $HOME; istioctl analyze -n shop -o json - < two.yaml");
        var networks = await shell.RunAsync("PATH=$PWD:$PATH; kubectl patch configmap istio -n istio-system --type=merge -p '{\"data\":{\"meshNetworks\":\"networks: {n1: {endpoints: [{fromRegistry: Kubernetes}, {fromRegistry: far}]}}\"}}' >/dev/null; istioctl analyze -n istio-system");

        Assert.Equal("Info [IST0102] (Namespace default) The namespace is not enabled for Istio injection. Run 'kubectl label namespace default istio-injection=enabled' to enable it, or 'kubectl label namespace default istio-injection=disabled' to explicitly mark it as not needing injection.\n", fresh.Text);
        Assert.Equal("✔ No validation issues found when analyzing namespace: shop.\n", clean.Error);
        Assert.Equal(0, clean.ExitCode);
        Assert.Equal(0, json.ExitCode);
        Assert.StartsWith("[\n\t{\n\t\t\"code\": \"IST0109\",\n\t\t\"documentationUrl\": \"https://istio.io/v1.30/docs/reference/config/analysis/ist0109/?ref=istioctl-analyze\",\n\t\t\"level\": \"Error\",\n", json.Output, StringComparison.Ordinal);
        Assert.Contains("\"reference\": \"-:8\"", json.Output, StringComparison.Ordinal);
        Assert.Equal("Error [IST0126] (MeshNetworks istio-system/meshnetworks) Unknown service registry far in network n1\n", networks.Output);
        Assert.Equal(VerdictOn("namespace: istio-system"), networks.Error);
    }

    private static string VerdictOn(string target) => $"Error: Analyzers found issues when analyzing {target}.\nSee https://istio.io/v1.30/docs/reference/config/analysis for more information about causes and resolutions.\n";

    private ToolShell Shell()
    {
        var (_, shell) = sandbox.NewCluster();
        void Write(string name, string text)
        {
            var path = Path.Combine(shell.Home, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        Write("clean.yaml", Clean);
        Write("lost.yaml", Lost);
        Write("plain.yaml", Plain);
        Write("broken.yaml", Clean + "---\nkind: [a\n---\n" + Clean);
        Write("kindless.yaml", "a: b\n");
        Write("sub/clean.yml", Clean);
        Write("sub/notes.txt", "no manifest\n");
        Write("sub/deep/clean.yaml", Clean);
        return shell;
    }
}
