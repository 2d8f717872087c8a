using System.Text.Json.Nodes;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Upstream;

namespace Portal.Sandbox.Istioctl;

/// <summary>The parts of Envoy's configuration that speak of TLS.</summary>
internal static class TlsContext
{
    private const string Extension = "type.googleapis.com/envoy.extensions.transport_sockets.";

    /// <summary>How a proxy reaches the hosts of a cluster: by their labels where the mesh decides, else as the rule says.</summary>
    public static void Upstream(JsonObject json, UpstreamCluster cluster, MeshService service, bool automatic)
    {
        var sni = $"outbound_.{cluster.Port}_.{cluster.Subset ?? ""}_.{service.Host}";
        switch (cluster.Policy.Tls)
        {
            case null when automatic && !service.External:
                json["transportSocketMatches"] = new JsonArray(
                    new JsonObject { ["name"] = "tlsMode-istio", ["match"] = new JsonObject { ["tlsMode"] = "istio" }, ["transportSocket"] = Mesh(sni, service) },
                    new JsonObject { ["name"] = "tlsMode-disabled", ["match"] = new JsonObject(), ["transportSocket"] = new JsonObject { ["name"] = "envoy.transport_sockets.raw_buffer", ["typedConfig"] = new JsonObject { ["@type"] = Extension + "raw_buffer.v3.RawBuffer" } } });
                break;
            case { Mode: ClientTls.IstioMutual }: json["transportSocket"] = Mesh(sni, service); break;
            case { Mode: ClientTls.Simple or ClientTls.Mutual } tls:
                var common = new JsonObject();
                if (tls.Credential.Length > 0) common["tlsCertificateSdsSecretConfigs"] = new JsonArray(Secret("kubernetes://" + tls.Credential));
                common["combinedValidationContext"] = new JsonObject { ["defaultValidationContext"] = new JsonObject(), ["validationContextSdsSecretConfig"] = Secret(tls.Credential.Length > 0 ? $"kubernetes://{tls.Credential}-cacert" : "file-root:system") };
                json["transportSocket"] = Socket(new JsonObject { ["@type"] = Extension + "tls.v3.UpstreamTlsContext", ["commonTlsContext"] = common, ["sni"] = tls.ServerName.Length > 0 ? tls.ServerName : service.Host });
                break;
        }
    }

    /// <summary>What a listener shows to its clients.</summary>
    /// <param name="secret">The name of its certificate: <c>default</c> is the workload's own.</param>
    public static JsonObject Downstream(string secret, bool clientCertificate, string? authority)
    {
        var common = new JsonObject { ["tlsCertificateSdsSecretConfigs"] = new JsonArray(Secret(secret)) };
        if (authority is not null) common["combinedValidationContext"] = new JsonObject { ["defaultValidationContext"] = new JsonObject(), ["validationContextSdsSecretConfig"] = Secret(authority) };
        common["alpnProtocols"] = secret == "default" ? new JsonArray("istio-peer-exchange", "h2", "http/1.1") : new JsonArray("h2", "http/1.1");
        return Socket(new JsonObject { ["@type"] = Extension + "tls.v3.DownstreamTlsContext", ["commonTlsContext"] = common, ["requireClientCertificate"] = clientCertificate });
    }

    private static JsonObject Mesh(string sni, MeshService service)
    {
        var names = service.Endpoints.Where(e => e.MutualTls).Select(e => e.Namespace).Distinct().Select(ns => (JsonNode)new JsonObject { ["sanType"] = "URI", ["matcher"] = new JsonObject { ["prefix"] = $"spiffe://cluster.local/ns/{ns}/" } });
        return Socket(new JsonObject
        {
            ["@type"] = Extension + "tls.v3.UpstreamTlsContext",
            ["commonTlsContext"] = new JsonObject
            {
                ["tlsCertificateSdsSecretConfigs"] = new JsonArray(Secret("default")),
                ["combinedValidationContext"] = new JsonObject { ["defaultValidationContext"] = new JsonObject { ["matchTypedSubjectAltNames"] = new JsonArray([.. names]) }, ["validationContextSdsSecretConfig"] = Secret("ROOTCA") },
                ["alpnProtocols"] = new JsonArray("istio-peer-exchange", "istio"),
            },
            ["sni"] = sni,
        });
    }

    private static JsonObject Socket(JsonObject config) => new() { ["name"] = "envoy.transport_sockets.tls", ["typedConfig"] = config };

    private static JsonObject Secret(string name) => new()
    {
        ["name"] = name, ["sdsConfig"] = new JsonObject { ["apiConfigSource"] = new JsonObject { ["apiType"] = "GRPC", ["grpcServices"] = new JsonArray(new JsonObject { ["envoyGrpc"] = new JsonObject { ["clusterName"] = "sds-grpc" } }), ["setNodeOnFirstMessageOnly"] = true, ["transportApiVersion"] = "V3" }, ["initialFetchTimeout"] = "0s", ["resourceApiVersion"] = "V3" },
    };
}
