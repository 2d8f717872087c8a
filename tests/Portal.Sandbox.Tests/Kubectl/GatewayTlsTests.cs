using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Kubectl;

/// <summary>TLS at gateways through a real kubectl port-forward and a real curl: certificates from secrets, by name, with client certificates, and passed through to the server.</summary>
[Collection(SandboxCollection.Name)]
public sealed partial class GatewayTlsTests(SandboxFixture sandbox)
{
    private const string Resources = """
        apiVersion: v1
        kind: Service
        metadata: {name: httpbin}
        spec: {selector: {app: httpbin}, ports: [{name: http, port: 8000, targetPort: 8080}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: httpbin, labels: {app: httpbin}}
        spec: {containers: [{name: httpbin, image: docker.io/mccutchen/go-httpbin:v2.15.0}]}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: nginx}
        data:
          nginx.conf: |
            events {}
            http { server { listen 443 ssl; root /usr/share/nginx/html; server_name through.example; ssl_certificate /certs/tls.crt; ssl_certificate_key /certs/tls.key; } }
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: nginx}
        spec: {selector: {app: nginx}, ports: [{name: https, port: 443}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: nginx, labels: {app: nginx}}
        spec:
          containers: [{name: nginx, image: "nginx:1.29", ports: [{containerPort: 443}], volumeMounts: [{name: conf, mountPath: /etc/nginx, readOnly: true}, {name: certs, mountPath: /certs, readOnly: true}]}]
          volumes: [{name: conf, configMap: {name: nginx}}, {name: certs, secret: {secretName: through}}]
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: secure}
        spec:
          selector: {istio: ingressgateway}
          servers:
          - {port: {number: 443, name: https-one, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: one}, hosts: [one.example]}
          - {port: {number: 443, name: https-two, protocol: HTTPS}, tls: {mode: MUTUAL, credentialName: two}, hosts: [two.example]}
          - {port: {number: 443, name: tls, protocol: TLS}, tls: {mode: PASSTHROUGH}, hosts: [through.example]}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: secure}
        spec:
          hosts: [one.example, two.example]
          gateways: [secure]
          http: [{route: [{destination: {host: httpbin, port: {number: 8000}}}]}]
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: through}
        spec:
          hosts: [through.example]
          gateways: [secure]
          tls: [{match: [{port: 443, sniHosts: [through.example]}], route: [{destination: {host: nginx, port: {number: 443}}}]}]
        """;

    [Fact]
    public async Task Curl_ThroughTheGatewaysTls_MeetsCertificatesAndRoutesByName()
    {
        var (cluster, shell) = sandbox.NewCluster();
        await cluster.InstallIstioAsync("demo", TestContext.Current.CancellationToken).DefaultTimeout();
        var authority = new Authority("CN=test-root");
        foreach (var name in new[] { "one", "two", "through", "client" }) authority.Write(shell.Home, name);
        await File.WriteAllTextAsync(Path.Combine(shell.Home, "resources.yaml"), Resources);
        var prepared = await shell.RunAsync("""
            cd $HOME; kubectl label namespace default istio-injection=enabled >/dev/null
            kubectl create -n istio-system secret tls one --cert=one.crt --key=one.key && kubectl create -n istio-system secret generic two --from-file=tls.crt=two.crt --from-file=tls.key=two.key --from-file=ca.crt=ca.crt && kubectl create secret tls through --cert=through.crt --key=through.key
            kubectl apply -f resources.yaml && kubectl wait --for=condition=ready pod/httpbin pod/nginx --timeout=30s
            """);
        Assert.True(prepared.ExitCode == 0, prepared.Error);
        await Eventually.True(() => cluster.Mesh.IsCurrent && cluster.Controllers.IsIdle);
        using var forward = shell.Start("exec kubectl port-forward -n istio-system svc/istio-ingressgateway :443");
        var port = Port().Match((await forward.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().DefaultTimeout())!).Groups[1].Value;
        Task<ToolResult> Curl(string host, string arguments) => shell.RunAsync($"cd $HOME; curl -sS --resolve {host}:{port}:127.0.0.1 -w '%{{http_code}}\\n' {arguments.Replace("{url}", $"https://{host}:{port}", StringComparison.Ordinal)}");

        Assert.Equal("418", (await Curl("one.example", "--cacert ca.crt -o /dev/null {url}/status/418")).Text.Trim());
        // The address that the client sees is https; the host has no other server's certificate.
        Assert.Contains("\"X-Forwarded-Proto\":[\"https\"]", (await Curl("one.example", "--cacert ca.crt {url}/headers")).Text.Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(60, (await Curl("one.example", "{url}/status/418")).ExitCode);
        Assert.Equal(35, (await Curl("nobody.example", "--cacert ca.crt {url}/status/418")).ExitCode);
        // Clients have to show a certificate of the gateway's authority.
        Assert.NotEqual(0, (await Curl("two.example", "--cacert ca.crt {url}/status/204")).ExitCode);
        Assert.Equal("204", (await Curl("two.example", "--cacert ca.crt --cert client.crt --key client.key -o /dev/null {url}/status/204")).Text.Trim());
        // The server behind ends the TLS that the gateway passes through.
        var through = await Curl("through.example", "--cacert ca.crt {url}/");
        Assert.Contains("Welcome to nginx", through.Text, StringComparison.Ordinal);
        forward.Kill();
    }

    [GeneratedRegex(@":(\d+) ->")]
    private static partial Regex Port();

    /// <summary>A certificate authority that writes files as openssl would.</summary>
    private sealed class Authority
    {
        private readonly X509Certificate2 _root;
        private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        public Authority(string name)
        {
            var request = new CertificateRequest(name, _key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        }

        public void Write(string directory, string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}.example", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName($"{name}.example");
            request.CertificateExtensions.Add(names.Build());
            using var signed = request.Create(_root, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(20), RandomNumberGenerator.GetBytes(8));
            File.WriteAllText(Path.Combine(directory, name + ".crt"), signed.ExportCertificatePem());
            File.WriteAllText(Path.Combine(directory, name + ".key"), key.ExportPkcs8PrivateKeyPem());
            File.WriteAllText(Path.Combine(directory, "ca.crt"), _root.ExportCertificatePem());
        }
    }
}
