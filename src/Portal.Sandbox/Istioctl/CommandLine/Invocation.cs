using System.Globalization;
using Portal.Sandbox.Mesh;

namespace Portal.Sandbox.Istioctl.CommandLine;

/// <summary>One call of a command: the cluster, the streams and what the command line says.</summary>
/// <param name="Path">The commands from the root to the one that is called.</param>
/// <param name="Arguments">Everything behind the command's name, for those that read it themselves.</param>
internal sealed record Invocation(IstioctlContext Context, IReadOnlyList<Command> Path, IReadOnlyList<string> Arguments, IReadOnlyList<string> Operands, IReadOnlyDictionary<string, List<string>> Values)
{
    public Command Command => Path[^1];
    public SandboxCluster Cluster => Context.Cluster;
    public IstioctlOutput Output => Context.Output;
    public string CommandPath => string.Join(' ', Path.Select(c => c.Name));

    /// <summary>A flag's value: as given last, else its default; null where it has none.</summary>
    public string? this[string flag] => Values.TryGetValue(flag, out var given) ? given[^1] : Path.SelectMany(c => c.Flags).LastOrDefault(f => f.Name == flag)?.Default is { Length: > 0 } fallback ? fallback : null;

    public bool Has(string flag) => Values.ContainsKey(flag);

    public bool Is(string flag) => this[flag] == "true";

    public IReadOnlyList<string> All(string flag) => Values.TryGetValue(flag, out var given) ? given : [];

    public int Number(string flag) => int.TryParse(this[flag], CultureInfo.InvariantCulture, out var n) ? n : 0;

    /// <summary>The namespace that was asked for; null without.</summary>
    public string? GivenNamespace => this["namespace"] is { Length: > 0 } ns ? ns : null;

    /// <summary>That, or the one of the kubeconfig's context.</summary>
    public string Namespace => GivenNamespace ?? Context.DefaultNamespace;

    public string IstioNamespace => this["istioNamespace"] ?? MeshConfig.RootNamespace;

    /// <summary>The content of a file that the command line names.</summary>
    public string ReadFile(string name) => Context.Files.TryGetValue(name, out var text) ? text
        : name.Contains("://", StringComparison.Ordinal) ? throw new IstioctlException($"{name}: this istioctl reads local files only")
        : throw new IstioctlException($"open {name}: no such file or directory");

    public Task LineAsync(string text) => Output.LineAsync(text);

    public Task ErrorAsync(string text) => Output.ErrorAsync(text);

    /// <summary>Asks for a yes; without anybody who could answer it is a no.</summary>
    public async Task<bool> ConfirmAsync(string question) =>
        (await Output.AskAsync(question).ConfigureAwait(false))?.Trim().ToUpperInvariant() is "Y" or "YES";
}

/// <summary>What is around a call: who calls, with which files.</summary>
/// <param name="Files">Content of the files that the command line names, by the name it gives them; <c>-</c> is standard input.</param>
internal sealed record IstioctlContext(SandboxCluster Cluster, IstioctlOutput Output, IReadOnlyDictionary<string, string> Files)
{
    public Authorization.UserInfo User { get; init; } = Authorization.UserInfo.Administrator;
    public string DefaultNamespace { get; init; } = "default";
}
