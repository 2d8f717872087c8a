using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Analysis;

/// <summary><c>istioctl analyze</c>: findings on standard output, the verdict on standard error, and its exit codes.</summary>
internal sealed class AnalyzeCommand(SandboxCluster cluster, IstioctlOutput output, IReadOnlyDictionary<string, string> files)
{
    private const int FoundIssues = 79;
    private const int UsageError = 64;
    private const int DataError = 65;

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, IndentCharacter = '\t', IndentSize = 1, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task<int> RunAsync(string[] args)
    {
        var arguments = new IstioctlArguments(args);
        var all = arguments["A"] is not null || arguments["all-namespaces"] is not null;
        if (arguments["output"] is { } format && format is not ("log" or "json" or "yaml"))
        {
            await output.ErrorAsync($"Error: {format} not a valid option for format. See istioctl analyze --help").ConfigureAwait(false);
            return UsageError;
        }
        var useCluster = arguments["use-kube"] != "false" && arguments["k"] != "false";
        var input = new AnalysisInput(cluster.Catalog, useCluster ? cluster.Store.Snapshot : null);
        var unread = 0;
        foreach (var missing in arguments.Operands.Where(o => o != "-" && !files.Keys.Any(f => f == o || f.StartsWith(o.TrimEnd('/') + "/", StringComparison.Ordinal))))
        {
            await output.ErrorAsync($"Error: open {missing}: no such file or directory").ConfigureAwait(false);
            return UsageError;
        }
        foreach (var (name, text) in files.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            try
            {
                input.AddFile(name, text, arguments.Namespace);
            }
            catch (YamlDotNet.Core.YamlException e)
            {
                unread++;
                await output.ErrorAsync($"Error(s) adding files: 1 error occurred:\n\t* errors parsing content \"{name}\": {e.Message}\n").ConfigureAwait(false);
            }
        }
        var threshold = Level(arguments["output-threshold"]) ?? FindingLevel.Info;
        var findings = RoutingAnalyzers.Run(input).Concat(TrafficAnalyzers.Run(input)).Concat(WorkloadAnalyzers.Run(input))
            .Where(f => f.Level <= threshold && (all || !useCluster || f.Object.Reference is not null || InScope(f, arguments.Namespace)) && !IsSuppressed(f, arguments["suppress"] ?? arguments["S"]))
            .DistinctBy(f => f.ToString()).OrderBy(f => f.Level).ThenBy(f => f.Code, StringComparer.Ordinal).ThenBy(f => f.Object.Origin, StringComparer.Ordinal).ThenBy(f => f.Text, StringComparer.Ordinal).ToList();
        var target = files.Count > 0 ? string.Join('\n', files.Keys.Order(StringComparer.Ordinal)) : all ? "all namespaces" : $"namespace: {arguments.Namespace}";
        await PrintAsync(findings, arguments["output"] ?? "log", target, unread).ConfigureAwait(false);
        var failure = Level(arguments["failure-threshold"]) ?? FindingLevel.Error;
        if (findings.Exists(f => f.Level <= failure))
        {
            await output.ErrorAsync($"Error: Analyzers found issues when analyzing {(all ? "all namespaces" : $"namespace: {arguments.Namespace}")}.\nSee https://istio.io/v1.30/docs/reference/config/analysis for more information about causes and resolutions.").ConfigureAwait(false);
            return FoundIssues;
        }
        return unread > 0 ? DataError : 0;
    }

    private async Task PrintAsync(List<Finding> findings, string format, string target, int unread)
    {
        if (format != "log")
        {
            var array = new JsonArray([.. findings.Select(f => f.ToJson())]);
            await output.LineAsync(format == "json" ? array.ToJsonString(s_indented) : Yaml(findings)).ConfigureAwait(false);
            return;
        }
        foreach (var finding in findings) await output.LineAsync(finding.ToString()).ConfigureAwait(false);
        if (findings.Count > 0) return;
        await output.ErrorAsync(unread == 0 ? $"\n✔ No validation issues found when analyzing {target}." : $"No validation issues found (but {unread} {(unread == 1 ? "file" : "files")} could not be parsed).").ConfigureAwait(false);
    }

    private static string Yaml(List<Finding> findings) => findings.Count == 0 ? "[]"
        : string.Join('\n', findings.Select(f => "- " + string.Join("\n  ", f.ToJson().Select(p => $"{p.Key}: {((JsonNode)p.Value!).ToText()}"))));

    private static bool InScope(Finding f, string @namespace) => f.Object.Kind == "Namespace" ? f.Object.Name == @namespace : f.Object.Namespace == @namespace;

    /// <summary><c>--suppress IST0102=Namespace default</c>; the resource may have a wildcard.</summary>
    private static bool IsSuppressed(Finding f, string? rules) => rules is not null && rules.Split(',').Select(r => r.Split('=', 2)).Any(r =>
        r[0] == f.Code && r.Length == 2 && (r[1] == f.Object.Origin || (r[1].Contains('*', StringComparison.Ordinal) && f.Object.Origin.StartsWith(r[1][..r[1].IndexOf('*', StringComparison.Ordinal)], StringComparison.Ordinal))));

    private static FindingLevel? Level(string? name) => Enum.TryParse<FindingLevel>(name, ignoreCase: true, out var level) ? level : null;
}
