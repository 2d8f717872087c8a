using System.Collections.Concurrent;
using Portal.Clusters.Processes;

namespace Portal.Clusters.Tests.Kind;

/// <summary>Answers by the beginning of the command line and keeps what was run.</summary>
internal sealed class FakeProcessRunner : IProcessRunner
{
    public HashSet<string> Programs { get; } = ["kind", "docker"];
    public Dictionary<string, ProcessResult> Answers { get; } = new() { ["docker info"] = new(0, "17179869184\n", "") };
    public ConcurrentQueue<string> Ran { get; } = [];

    public bool Exists(string program) => Programs.Contains(program);

    public Task<ProcessResult> RunAsync(string program, IReadOnlyList<string> arguments, Action<string>? onLine, CancellationToken cancellationToken)
    {
        var line = $"{program} {string.Join(' ', arguments)}";
        Ran.Enqueue(line);
        var result = Answers.FirstOrDefault(a => line.StartsWith(a.Key, StringComparison.Ordinal)).Value ?? new(0, "", "");
        foreach (var text in (result.Output + result.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries)) onLine?.Invoke(text);
        return Task.FromResult(result);
    }
}
