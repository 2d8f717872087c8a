using Portal.Sandbox.Istioctl.Analysis.Sources;
using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Analysis;

/// <summary><c>istioctl analyze</c>: findings on standard output, the verdict on standard error, and its exit codes.</summary>
/// <param name="defaultNamespace">The one that the kubeconfig says, for command lines without.</param>
internal sealed class AnalyzeCommand(SandboxCluster cluster, IstioctlOutput output, IReadOnlyDictionary<string, string> files, string defaultNamespace = "default")
{
    private const int FoundIssues = 79;
    private const int UsageError = 64;
    private const int DataError = 65;

    public async Task<int> RunAsync(string[] args)
    {
        try
        {
            return await RunAsync(new AnalyzeOptions(args, defaultNamespace)).ConfigureAwait(false);
        }
        catch (AnalyzeUsageException e)
        {
            await output.ErrorAsync("Error: " + e.Message).ConfigureAwait(false);
            return UsageError;
        }
    }

    private async Task<int> RunAsync(AnalyzeOptions options)
    {
        if (options.Help)
        {
            await output.LineAsync(AnalyzeHelp.Text).ConfigureAwait(false);
            return 0;
        }
        if (options.Output is not ("log" or "json" or "yaml")) throw new AnalyzeUsageException($"{options.Output} not a valid option for format. See istioctl analyze --help");
        if (options.ListAnalyzers)
        {
            await output.LineAsync(string.Join('\n', Analyzer.All.OrderBy(a => a.Name, StringComparer.Ordinal).Select(a => $"* {a.Name}:\n    {a.Description}"))).ConfigureAwait(false);
            return 0;
        }
        var given = new GivenFiles(files);
        var missing = given.Gather(options.Files);
        foreach (var name in given.Skipped) await output.ErrorAsync($"Skipping file {name}, recognized file extensions are: [.json .yaml .yml]").ConfigureAwait(false);
        if (missing is not null) return await FailAsync($"stat {missing}: no such file or directory").ConfigureAwait(false);
        var snapshot = cluster.Store.Snapshot;
        if (options.UseCluster && options.Namespace is { Length: > 0 } wanted && snapshot.Find("namespaces", "", wanted) is null)
        {
            await output.ErrorAsync($"namespace {GoText.Quote(wanted)} not found").ConfigureAwait(false);
            return 0;
        }
        var suppressions = new List<Suppression>();
        foreach (var text in options.Suppressions)
        {
            if (Suppression.Parse(text) is not { } suppression) return await FailAsync($"{text} is not a valid suppression value. See istioctl analyze --help").ConfigureAwait(false);
            if (!Messages.IsKnown(suppression.Code)) await output.ErrorAsync($"Warning: Supplied message code '{suppression.Code}' is an unknown message code and will not have any effect.").ConfigureAwait(false);
            suppressions.Add(suppression);
        }
        var input = new AnalysisInput(cluster.Time, options.ExcludedNamespaces) { IstioNamespace = options.IstioNamespace };
        if (options.UseCluster) input.AddCluster(cluster.Catalog, snapshot, options.Revision);
        if (options.MeshConfigFile is { } settings && files.TryGetValue(settings, out var mesh)) input.Mesh = AnalysisInput.Settings(mesh);
        if (!options.UseCluster) input.AddDefaultGateway();
        var unread = await ReadAsync(given, input, options).ConfigureAwait(false);
        var run = new AnalysisRun(input, options, suppressions);
        await ReportAsync(run, options, given, unread).ConfigureAwait(false);

        // Who reads the result by machine looks at the result.
        if (options.Output != "log") return 0;
        if (run.Findings.Any(f => f.Type.Level <= options.FailureThreshold))
            return await FailAsync($"Analyzers found issues when analyzing {Target(options)}.\nSee {Finding.DocumentationUrl} for more information about causes and resolutions.", FoundIssues).ConfigureAwait(false);
        return unread && !options.IgnoreUnknown ? await FailAsync("Some files couldn't be parsed.", DataError).ConfigureAwait(false) : 0;
    }

    private async Task<bool> ReadAsync(GivenFiles given, AnalysisInput input, AnalyzeOptions options)
    {
        var problems = new List<string>();
        foreach (var (name, text) in given.Read)
        {
            var reader = new FileObjects(name, options.AllNamespaces ? "" : options.NamespaceOrDefault);
            reader.Read(text);
            input.Add(reader.Objects);
            if (reader.Problem is { } problem) problems.Add(problem);
        }
        if (problems.Count > 0) await output.ErrorAsync($"Error(s) adding files: {GoErrors.Join(problems)}").ConfigureAwait(false);
        return problems.Count > 0;
    }

    private async Task ReportAsync(AnalysisRun run, AnalyzeOptions options, GivenFiles given, bool unread)
    {
        if (options.Verbose)
            await output.ErrorAsync($"Analyzed resources in {Target(options)}\nExecuted analyzers:\n{string.Join('\n', run.Analyzers.Select(a => "\t " + a.Name))}\n").ConfigureAwait(false);
        var shown = run.Findings.Where(f => f.Type.Level <= options.OutputThreshold).ToList();
        await output.LineAsync(FindingFormat.Print(shown, options.Output, options.Colorize)).ConfigureAwait(false);
        if (shown.Count > 0) return;
        await output.ErrorAsync((unread, given.Read.Count) switch
        {
            (true, _) => $"No validation issues found when analyzing {Target(options)} (but 1 file could not be parsed).",
            (_, 0) => $"✔ No validation issues found when analyzing {Target(options)}.",
            (_, 1) => $"✔ No validation issues found when analyzing {given.Read[0].Name}.",
            _ => $"✔ No validation issues found when analyzing:\n  - {string.Join("\n  - ", given.Read.Select(f => f.Name))}",
        }).ConfigureAwait(false);
    }

    private async Task<int> FailAsync(string message, int code = 1)
    {
        await output.ErrorAsync("Error: " + message).ConfigureAwait(false);
        return code;
    }

    private static string Target(AnalyzeOptions options) => options.AllNamespaces ? "all namespaces" : $"namespace: {options.NamespaceOrDefault}";
}
