using Xunit;

namespace Portal.Sandbox.Tests.Istioctl;

/// <summary><c>istioctl analyze</c> through its launcher: on files alone, and on a cluster with files laid over it.</summary>
[Collection(SandboxCollection.Name)]
public sealed class AnalyzeTests(SandboxFixture sandbox)
{
    /// <summary>A namespace with a service and the pods of two versions.</summary>
    private const string Base = """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop, labels: {istio-injection: enabled}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: web-v1, namespace: shop, labels: {app: web, version: v1}}
        spec: {containers: [{name: web, image: nginx}, {name: istio-proxy, image: proxyv2}]}
        ---

        """;

    public static TheoryData<string, string> Cases => new()
    {
        { "kind: VirtualService\nmetadata: {name: a, namespace: shop}\nspec: {hosts: [web], http: [{route: [{destination: {host: nosuch}}]}]}", "Error [IST0101] (VirtualService shop/a objects.yaml:15) Referenced host not found: \"nosuch\"" },
        { "kind: VirtualService\nmetadata: {name: a, namespace: shop}\nspec: {hosts: [web], http: [{route: [{destination: {host: web, subset: v9}}]}]}", "Error [IST0101] (VirtualService shop/a objects.yaml:15) Referenced host+subset in destinationrule not found: \"web+v9\"" },
        { "kind: VirtualService\nmetadata: {name: a, namespace: shop}\nspec: {hosts: [web], gateways: [gw], http: [{route: [{destination: {host: web}}]}]}", "Error [IST0101] (VirtualService shop/a objects.yaml:15) Referenced gateway not found: \"gw\"" },
        { "kind: VirtualService\nmetadata: {name: a, namespace: shop}\nspec: {hosts: [web], http: [{route: [{destination: {host: web}}]}, {route: [{destination: {host: web}}]}]}", "Warning [IST0130] (VirtualService shop/a objects.yaml:15) VirtualService rule #1 not used (only the last rule can have no matches)." },
        { "kind: DestinationRule\nmetadata: {name: d, namespace: shop}\nspec: {host: web, subsets: [{name: v2, labels: {version: v2}}]}", "Error [IST0173] (DestinationRule shop/d objects.yaml:15) The Subset v2 defined in the DestinationRule does not select any pods. Which may lead to 503 UH (NoHealthyUpstream)." },
        { "kind: DestinationRule\nmetadata: {name: d, namespace: shop}\nspec: {host: nosuch}", "Warning [IST0174] (DestinationRule shop/d objects.yaml:15) The host nosuch defined in the DestinationRule does not match any services in the mesh." },
        { "kind: Gateway\nmetadata: {name: g, namespace: shop}\nspec: {selector: {istio: none}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [\"*\"]}]}", "Error [IST0101] (Gateway shop/g objects.yaml:15) Referenced selector not found: \"istio=none\"" },
        { "kind: Pod\nmetadata: {name: bare, namespace: shop}\nspec: {containers: [{name: c, image: nginx}]}", "Warning [IST0103] (Pod shop/bare objects.yaml:15) The pod shop/bare is missing the Istio proxy. This can often be resolved by restarting or redeploying the workload." },
        { "kind: Namespace\nmetadata: {name: plain}", "Info [IST0102] (Namespace plain objects.yaml:15) The namespace is not enabled for Istio injection. Run 'kubectl label namespace plain istio-injection=enabled' to enable it, or 'kubectl label namespace plain istio-injection=disabled' to explicitly mark it as not needing injection." },
        { "kind: Service\nmetadata: {name: odd, namespace: shop}\nspec: {selector: {app: web}, ports: [{name: foo-web, port: 90, targetPort: 9090}]}", "Info [IST0118] (Service shop/odd objects.yaml:15) Port name foo-web (port: 90, targetPort: 9090) doesn't follow the naming convention of Istio port." },
        { "kind: AuthorizationPolicy\nmetadata: {name: p, namespace: shop}\nspec: {selector: {matchLabels: {app: none}}}", "Warning [IST0127] (AuthorizationPolicy shop/p objects.yaml:15) No matching workloads for this resource with the following labels: app=none" },
        { "kind: ServiceEntry\nmetadata: {name: e, namespace: shop}\nspec: {hosts: [db.example.com], ports: [{number: 5432, name: tcp, protocol: TCP}]}", "Warning [IST0133] (ServiceEntry shop/e objects.yaml:15) Schema validation warning: addresses are required for ports serving TCP (or unset) protocol when IP Autoallocation is not enabled\nWarning [IST0134] (ServiceEntry shop/e objects.yaml:15) ServiceEntry addresses are required for this protocol." },
        { "kind: Sidecar\nmetadata: {name: s, namespace: shop}\nspec: {}", "Error [IST0106] (Sidecar shop/s objects.yaml:15) Schema validation error: sidecar: empty configuration provided" },
        { "kind: VirtualService\nmetadata: {name: a, namespace: shop}\nspec: {hosts: [web], http: [{match: [{uri: {prefix: /a}}], route: [{destination: {host: web}}]}, {match: [{uri: {prefix: /a/b}}], route: [{destination: {host: web}}]}]}", "Info [IST0131] (VirtualService shop/a objects.yaml:15) VirtualService rule #1 match #0 of prefix /a/b is not used (duplicate/overlapping match in rule #0 of prefix /a on #0)." },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Analyze_OfFiles_FindsTheFault(string document, string finding)
    {
        var (_, shell) = sandbox.NewCluster();
        await File.WriteAllTextAsync(Path.Combine(shell.Home, "objects.yaml"), Base + document, TestContext.Current.CancellationToken);

        var result = await shell.RunAsync("PATH=$PWD:$PATH; cd $HOME; istioctl analyze --use-kube=false objects.yaml");

        Assert.Equal(finding + "\n", result.Output);
        Assert.Equal(finding.StartsWith("Error", StringComparison.Ordinal) ? 79 : 0, result.ExitCode);
    }

    [Fact]
    public async Task Analyze_OfAClusterWithAFileLaidOver_JudgesTheWhole()
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync("PATH=$PWD:$PATH; istioctl install --set profile=minimal -y");
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
        var conflict = await shell.RunAsync("PATH=$PWD:$PATH; cd $HOME; istioctl analyze -n shop -o json - < two.yaml");

        Assert.Equal("\n✔ No validation issues found when analyzing namespace: shop.\n", clean.Error);
        Assert.Equal(0, clean.ExitCode);
        Assert.Equal(79, conflict.ExitCode);
        Assert.Contains("\"code\": \"IST0109\"", conflict.Output, StringComparison.Ordinal);
        Assert.Contains("\"reference\": \"-:6\"", conflict.Output, StringComparison.Ordinal);
        Assert.Equal("Error: Analyzers found issues when analyzing namespace: shop.\nSee https://istio.io/v1.30/docs/reference/config/analysis for more information about causes and resolutions.\n", conflict.Error);
    }
}
