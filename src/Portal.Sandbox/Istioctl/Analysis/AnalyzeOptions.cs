namespace Portal.Sandbox.Istioctl.Analysis;

/// <summary>A command line that cannot be read.</summary>
internal sealed class AnalyzeUsageException(string message) : Exception(message);

/// <summary>The flags and files of <c>istioctl analyze</c>.</summary>
internal sealed class AnalyzeOptions
{
    private static readonly Dictionary<char, string> s_short = new()
    {
        ['A'] = "all-namespaces", ['L'] = "list-analyzers", ['R'] = "recursive", ['S'] = "suppress", ['c'] = "kubeconfig", ['h'] = "help", ['i'] = "istioNamespace",
        ['k'] = "use-kube", ['n'] = "namespace", ['o'] = "output", ['r'] = "revision", ['v'] = "verbose",
    };

    private static readonly HashSet<string> s_switches = ["all-namespaces", "list-analyzers", "recursive", "help", "use-kube", "verbose", "color", "ignore-unknown", "vklog-verbose"];

    private static readonly HashSet<string> s_values =
    [
        "suppress", "kubeconfig", "istioNamespace", "namespace", "output", "revision", "failure-threshold", "output-threshold", "meshConfigFile", "timeout", "analyzer", "exclude-namespaces", "remote-contexts",
        "context", "vklog", "as", "as-group", "kubeclient-timeout", "log_output_level", "log_target",
    ];

    private readonly string _defaultNamespace;

    public AnalyzeOptions(IReadOnlyList<string> args, string defaultNamespace = "default")
    {
        _defaultNamespace = defaultNamespace;
        for (var i = 0; i < args.Count; i++)
        {
            var arg = args[i];
            if (arg == "--")
            {
                Files.AddRange(args.Skip(i + 1));
                return;
            }
            if (arg == "-" || !arg.StartsWith('-')) Files.Add(arg);
            else if (arg.StartsWith("--", StringComparison.Ordinal)) Long(args, ref i);
            else Short(args, ref i);
        }
    }

    public List<string> Files { get; } = [];
    /// <summary>As the command line gives it.</summary>
    public string? Namespace { get; private set; }
    public string NamespaceOrDefault => Namespace is { Length: > 0 } ns ? ns : _defaultNamespace;
    public string IstioNamespace { get; private set; } = "istio-system";
    public bool AllNamespaces { get; private set; }
    public bool UseCluster { get; private set; } = true;
    public bool ListAnalyzers { get; private set; }
    public bool Help { get; private set; }
    public bool Verbose { get; private set; }
    public bool Colorize { get; private set; }
    public bool IgnoreUnknown { get; private set; }
    public string Output { get; private set; } = "log";
    public string Revision { get; private set; } = "default";
    public string? MeshConfigFile { get; private set; }
    public FindingLevel FailureThreshold { get; private set; } = FindingLevel.Error;
    public FindingLevel OutputThreshold { get; private set; } = FindingLevel.Info;
    public List<string> Suppressions { get; } = [];
    public List<string> Analyzers { get; } = [];
    public List<string> ExcludedNamespaces { get; } = [];

    private void Long(IReadOnlyList<string> args, ref int i)
    {
        var parts = args[i][2..].Split('=', 2);
        if (s_switches.Contains(parts[0])) Set(parts[0], parts.Length == 2 ? parts[1] : "true", "--" + parts[0]);
        else if (!s_values.Contains(parts[0])) throw new AnalyzeUsageException($"unknown flag: --{parts[0]}");
        else if (parts.Length == 2) Set(parts[0], parts[1], "--" + parts[0]);
        else if (i + 1 < args.Count) Set(parts[0], args[++i], "--" + parts[0]);
        else throw new AnalyzeUsageException($"flag needs an argument: --{parts[0]}");
    }

    /// <summary>Short flags may stand together, and the last may have its value attached: <c>-Ao json</c>, <c>-nfoo</c>, <c>-k=false</c>.</summary>
    private void Short(IReadOnlyList<string> args, ref int i)
    {
        var letters = args[i][1..];
        for (var at = 0; at < letters.Length; at++)
        {
            if (!s_short.TryGetValue(letters[at], out var name)) throw new AnalyzeUsageException($"unknown shorthand flag: '{letters[at]}' in -{letters}");
            var rest = letters[(at + 1)..];
            var shown = $"-{letters[at]}, --{name}";
            if (rest.StartsWith('='))
            {
                Set(name, rest[1..], shown);
                return;
            }
            if (s_switches.Contains(name))
            {
                Set(name, "true", shown);
                continue;
            }
            if (rest.Length == 0 && i + 1 >= args.Count) throw new AnalyzeUsageException($"flag needs an argument: '{letters[at]}' in -{letters}");
            Set(name, rest.Length > 0 ? rest : args[++i], shown);
            return;
        }
    }

    private void Set(string name, string value, string shown)
    {
        switch (name)
        {
            case "namespace": Namespace = value; break;
            case "istioNamespace": IstioNamespace = value; break;
            case "output": Output = value.ToLowerInvariant(); break;
            case "revision": Revision = value; break;
            case "meshConfigFile": MeshConfigFile = value; break;
            case "suppress": Suppressions.Add(value); break;
            case "analyzer": Analyzers.Add(value); break;
            case "exclude-namespaces": ExcludedNamespaces.AddRange(value.Split(',')); break;
            case "failure-threshold": FailureThreshold = Level(value, shown); break;
            case "output-threshold": OutputThreshold = Level(value, shown); break;
            case "all-namespaces": AllNamespaces = Switch(value, shown); break;
            case "use-kube": UseCluster = Switch(value, shown); break;
            case "list-analyzers": ListAnalyzers = Switch(value, shown); break;
            case "help": Help = Switch(value, shown); break;
            case "verbose": Verbose = Switch(value, shown); break;
            case "color": Colorize = Switch(value, shown); break;
            case "ignore-unknown": IgnoreUnknown = Switch(value, shown); break;
        }
    }

    private static FindingLevel Level(string value, string shown)
    {
        foreach (var level in Enum.GetValues<FindingLevel>())
        {
            if (level.ToString().Equals(value, StringComparison.OrdinalIgnoreCase)) return level;
        }
        throw new AnalyzeUsageException($"invalid argument \"{value}\" for \"{shown}\" flag: \"{value}\" not a valid option, please choose from: [Info Warning Error]");
    }

    private static bool Switch(string value, string shown) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw new AnalyzeUsageException($"invalid argument \"{value}\" for \"{shown}\" flag: strconv.ParseBool: parsing \"{value}\": invalid syntax"),
    };
}
