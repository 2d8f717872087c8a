using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Commands;

/// <summary><c>istioctl version</c>: the client's, each control plane's and the proxies' versions.</summary>
internal static class VersionCommand
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    public static Command Definition { get; } = new("version", "Prints out build version information")
    {
        Flags =
        [
            Flag.Switch("short", "Use --short=false to generate full version information", "s", on: true), Flag.Switch("remote", "Use --remote=false to suppress control plane check", on: true),
            Flag.Text("output", "One of 'yaml' or 'json'.", "o"), Flag.Text("revision", "Control plane revision", "r"),
        ],
        Run = RunAsync,
        Check = call => call["output"] is null or "yaml" or "json" ? null : "--output must be 'yaml' or 'json'",
    };

    private static async Task<int> RunAsync(Invocation call, CancellationToken cancellationToken)
    {
        var remote = call.Is("remote");
        if (remote && Accesses.ReadControlPlane is var access) Authorization.RbacAuthorizer.Demand(call.Cluster.Store.Snapshot, call.Context.User, access);
        IReadOnlyList<ControlPlanePod> planes = remote ? [.. Revisions.Pods(call.Cluster, call.IstioNamespace).Where(p => call["revision"] is not { } r || r == p.Revision)] : [];
        IReadOnlyList<ConnectedProxy> proxies = planes.Count == 0 ? [] : [.. Proxies.Of(call.Cluster).Where(p => planes.Any(c => c.Name == p.ControlPlane.Name))];
        if (remote && planes.Count == 0) await call.ErrorAsync($"Istio is not present in the cluster: no running Istio pods in namespace \"{call.IstioNamespace}\"").ConfigureAwait(false);
        if (call["output"] is { } format)
        {
            var json = Json(planes, proxies);
            await call.LineAsync(format == "json" ? json.ToJsonString(s_indented) : YamlText.Write(json).TrimEnd('\n')).ConfigureAwait(false);
            return 0;
        }
        var full = !call.Is("short");
        await call.LineAsync($"client version: {(full ? Full(ProfileManifests.Version) : ProfileManifests.Version)}").ConfigureAwait(false);
        if (planes.Count == 0) return 0;
        var versions = planes.Select(p => p.Version).Distinct().ToList();
        if (full) foreach (var plane in planes) await call.LineAsync($"pilot version: {Full(plane.Version)}").ConfigureAwait(false);
        else if (versions.Count == 1) await call.LineAsync($"control plane version: {versions[0]}").ConfigureAwait(false);
        else foreach (var plane in planes) await call.LineAsync($"pilot version: {plane.Version}").ConfigureAwait(false);
        var counts = proxies.GroupBy(p => p.Version).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key} ({g.Count()} proxies)").ToList();
        await call.LineAsync("data plane version: " + (counts.Count == 0 ? "none" : string.Join(", ", counts))).ConfigureAwait(false);
        return 0;
    }

    private static string Full(string version) => $"version.BuildInfo{{Version:\"{version}\", GitRevision:\"{Revision}\", GolangVersion:\"{Go}\", BuildStatus:\"Clean\", GitTag:\"{version}\"}}";

    private const string Revision = "sandbox";
    private const string Go = "go1.25.7";

    private static JsonObject Info(string version) => new() { ["version"] = version, ["revision"] = Revision, ["golang_version"] = Go, ["status"] = "Clean", ["tag"] = version };

    private static JsonObject Json(IReadOnlyList<ControlPlanePod> planes, IReadOnlyList<ConnectedProxy> proxies)
    {
        var json = new JsonObject { ["clientVersion"] = Info(ProfileManifests.Version) };
        if (planes.Count > 0) json["meshVersion"] = new JsonArray([.. planes.Select(p => (JsonNode)new JsonObject { ["Component"] = "pilot", ["Revision"] = p.Revision, ["Info"] = Info(p.Version) })]);
        if (proxies.Count > 0) json["dataPlaneVersion"] = new JsonArray([.. proxies.Select(p => (JsonNode)new JsonObject { ["ID"] = p.Id, ["IstioVersion"] = p.Version })]);
        return json;
    }
}
