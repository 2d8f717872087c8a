using System.Globalization;

namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>The labels of Istio's standard metrics.</summary>
internal static class StandardLabels
{
    private const string Cluster = "Kubernetes";

    public static IReadOnlyList<KeyValuePair<string, string>> Of(WorkloadIdentity self, in RequestLabels r)
    {
        var peer = r.Peer ?? WorkloadIdentity.Unknown;
        var (source, destination) = r.AtSource ? (self, peer) : (peer, self);
        var labels = new List<KeyValuePair<string, string>>(26);
        void Add(string name, string value) => labels.Add(new(name, value));
        Add("reporter", r.AtSource ? "source" : "destination");
        Side("source", source);
        Side("destination", destination);
        Add("source_cluster", ReferenceEquals(source, WorkloadIdentity.Unknown) ? "unknown" : Cluster);
        Add("destination_cluster", ReferenceEquals(destination, WorkloadIdentity.Unknown) ? "unknown" : Cluster);
        Add("source_principal", r.Mutual ? source.Principal : "unknown");
        Add("destination_principal", r.Mutual ? destination.Principal : "unknown");
        Add("destination_service", r.Service?.Host ?? r.Host);
        Add("destination_service_name", r.Service is null ? r.Host : r.Service.Resolution is null ? r.Service.Name : r.Service.Host);
        Add("destination_service_namespace", r.Service?.Namespace ?? (r.Peer is null || !r.AtSource ? "unknown" : r.Peer.Namespace));
        Add("request_protocol", r.Protocol);
        if (r.Protocol != "tcp") Add("response_code", r.Code.ToString(CultureInfo.InvariantCulture));
        if (r.Grpc is not null) Add("grpc_response_status", r.Grpc);
        Add("response_flags", r.Flags);
        // Only the destination sees how a connection came in.
        Add("connection_security_policy", r.AtSource ? "unknown" : r.Mutual ? "mutual_tls" : "none");
        return labels;

        void Side(string side, WorkloadIdentity w)
        {
            Add(side + "_workload", w.Name);
            Add(side + "_workload_namespace", w.Namespace);
            Add(side + "_app", w.App);
            Add(side + "_version", w.Version);
            Add(side + "_canonical_service", w.CanonicalName);
            Add(side + "_canonical_revision", w.CanonicalRevision);
        }
    }
}
