namespace Portal.Sandbox.Istioctl;

/// <summary>Operands and flags of an istioctl command line.</summary>
internal sealed class IstioctlArguments
{
    private static readonly Dictionary<string, string> s_short = new(StringComparer.Ordinal) { ["-n"] = "namespace", ["-o"] = "output", ["-i"] = "istioNamespace", ["-c"] = "kubeconfig", ["-r"] = "revision", ["-f"] = "file" };
    private static readonly HashSet<string> s_switches = new(StringComparer.Ordinal) { "--verbose", "--waypoint", "--ignoreUnmeshed", "-v", "-A", "--all-namespaces", "--recursive", "-R", "--list-analyzers", "-L" };

    private readonly Dictionary<string, string> _flags = new(StringComparer.Ordinal);

    public IstioctlArguments(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count; i++)
        {
            var arg = args[i];
            if (arg == "-" || !arg.StartsWith('-'))
            {
                Operands.Add(arg);
                continue;
            }
            var parts = arg.Split('=', 2);
            var name = s_short.GetValueOrDefault(parts[0], parts[0].TrimStart('-'));
            if (parts.Length == 2) _flags[name] = parts[1];
            else if (s_switches.Contains(arg)) _flags[name] = "true";
            // A short flag may have its value attached: -ojson.
            else if (arg.Length > 2 && arg[1] != '-' && s_short.TryGetValue(arg[..2], out var attached)) _flags[attached] = arg[2..];
            else if (i + 1 < args.Count) _flags[name] = args[++i];
        }
    }

    public List<string> Operands { get; } = [];
    public string Namespace => _flags.GetValueOrDefault("namespace") ?? "default";
    public bool Json => _flags.GetValueOrDefault("output") == "json";
    public string Output => _flags.GetValueOrDefault("output") ?? "short";

    public string? this[string flag] => _flags.GetValueOrDefault(flag);

    public int Port => int.TryParse(_flags.GetValueOrDefault("port"), out var port) ? port : 0;
}

/// <summary>A command that cannot go on; the message is what istioctl prints after <c>Error:</c>.</summary>
internal sealed class IstioctlException(string message, int exitCode = 1) : Exception(message)
{
    public int ExitCode => exitCode;
}
