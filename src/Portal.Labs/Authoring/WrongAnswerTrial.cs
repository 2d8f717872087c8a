using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Clusters.Api;
using Portal.Content.Catalog;
using Portal.Content.Model;
using Portal.Labs.Grading;

namespace Portal.Labs.Authoring;

/// <summary>Applies a wrong answer to the cluster, sees it refused with its message, and puts everything back as it was.</summary>
internal sealed class WrongAnswerTrial(ICheckTrials trials, TrialLog log, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(300);

    private readonly Patience _patience = new(time);

    /// <summary>Whether the answer was refused as its file says.</summary>
    public async Task<bool> RunAsync(WrongAnswerFile file, CheckDefinition? check, CancellationToken cancellationToken)
    {
        var before = await ReadAsync(file, cancellationToken).ConfigureAwait(false);
        try
        {
            var (exitCode, output) = await KubectlAsync($"apply -f {Quote(file.Path)}", cancellationToken).ConfigureAwait(false);
            var found = check is null
                ? exitCode != 0 && output.Contains(file.Message ?? "", StringComparison.Ordinal) ? null : output
                : exitCode != 0 ? output : await RefusalAsync(file, check, cancellationToken).ConfigureAwait(false);
            log.Outcome(found is null, $"{file.Name} is refused by {file.RejectedBy}{(file.Message is { } m ? $": {m}" : "")}", $"Instead: {found}");
            return found is null;
        }
        finally
        {
            await RestoreAsync(file, before, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Null once the check refuses the answer with its message; else what it said last.</summary>
    private async Task<string?> RefusalAsync(WrongAnswerFile file, CheckDefinition check, CancellationToken cancellationToken)
    {
        var left = s_patience;
        while (true)
        {
            var start = time.GetTimestamp();
            // A view of the cluster and its proxies follow a moment after the change.
            await Task.Delay(s_pause, time, cancellationToken).ConfigureAwait(false);
            var verdict = await trials.TryCheckAsync(check, null, cancellationToken).ConfigureAwait(false);
            if (!verdict.Result.Holds && verdict.Wrong == !check.Wrong.IsEmpty && verdict.Message.Contains(file.Message ?? "", StringComparison.Ordinal)) return null;
            left -= _patience.Used(start);
            if (left < TimeSpan.Zero) return verdict.Result.Holds ? "The check holds." : verdict.Message;
        }
    }

    private async Task RestoreAsync(WrongAnswerFile file, IReadOnlyList<JsonObject> before, CancellationToken cancellationToken)
    {
        foreach (var item in await ReadAsync(file, cancellationToken).ConfigureAwait(false))
        {
            if (before.Any(b => Id(b) == Id(item))) continue;
            var (kind, group) = (item.Text("kind"), item.Text("apiVersion")?.Split('/') is [var g, _] ? "." + g : "");
            await KubectlAsync($"delete {kind}{group} {item.Section("metadata")?.Text("name")} -n {item.Section("metadata")?.Text("namespace") ?? "default"} --ignore-not-found", cancellationToken).ConfigureAwait(false);
        }
        if (before.Count == 0) return;
        var path = Path.Combine(trials.Shell.Directory, "before.json");
        await File.WriteAllTextAsync(path, new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. before.Select(Unversioned)]) }.ToJsonString(), cancellationToken).ConfigureAwait(false);
        var (exitCode, output) = await KubectlAsync($"replace -f {Quote(path)}", cancellationToken).ConfigureAwait(false);
        if (exitCode != 0) log.Outcome(false, $"the objects of {file.Name} are put back", output);
    }

    /// <summary>The objects of a file that the cluster has.</summary>
    private async Task<IReadOnlyList<JsonObject>> ReadAsync(WrongAnswerFile file, CancellationToken cancellationToken)
    {
        var (_, output) = await KubectlAsync($"get -f {Quote(file.Path)} -o json --ignore-not-found 2>/dev/null", cancellationToken).ConfigureAwait(false);
        try
        {
            if (output.Length == 0 || JsonNode.Parse(output) is not JsonObject found) return [];
            return found["items"] is JsonArray items ? [.. items.OfType<JsonObject>()] : [found];
        }
        catch (JsonException)
        {
            // A kind that this cluster does not serve has no objects.
            return [];
        }
    }

    private Task<(int ExitCode, string Output)> KubectlAsync(string arguments, CancellationToken cancellationToken) => GraderCommand.RunAsync(trials.Shell, $"kubectl {arguments}", cancellationToken);

    private static string Id(JsonObject item) => $"{item.Text("kind")}/{item.Section("metadata")?.Text("namespace")}/{item.Section("metadata")?.Text("name")}";

    /// <summary>Without what belongs to one version of the object, so that it can be written over another.</summary>
    private static JsonObject Unversioned(JsonObject item)
    {
        var copy = item.DeepClone().AsObject();
        if (copy["metadata"] is JsonObject metadata)
        {
            foreach (var name in (string[])["resourceVersion", "uid", "managedFields", "generation"]) metadata.Remove(name);
        }
        return copy;
    }

    private static string Quote(string path) => $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
