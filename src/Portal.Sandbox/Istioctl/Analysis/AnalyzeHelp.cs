namespace Portal.Sandbox.Istioctl.Analysis;

internal static class AnalyzeHelp
{
    public const string Text = """
        Analyze Istio configuration and print validation messages

        Usage:
          istioctl analyze <file>... [flags]

        Flags:
          -A, --all-namespaces               Analyze all namespaces
              --analyzer stringArray         Select specific analyzers to run. Can be repeated
              --color                        Colorize the output
              --exclude-namespaces strings   Skip the analysis of these namespaces
              --failure-threshold Level      The severity level at which to set a non-zero exit code: [Info Warning Error] (default Error)
          -h, --help                         help for analyze
              --ignore-unknown               Don't complain about un-parseable input documents
          -L, --list-analyzers               List the analyzers available to run
              --meshConfigFile string        Overrides the mesh config values to use for analysis
          -o, --output string                Output format: one of [log json yaml] (default "log")
              --output-threshold Level       The severity level at which to display messages: [Info Warning Error] (default Info)
          -R, --recursive                    Directories are always read with all that is in them
          -r, --revision string              Analyze a specific revision (default "default")
          -S, --suppress stringArray         Suppress a message code on a resource, as <code>=<resource>. Can be repeated
              --timeout duration             The duration to wait before failing (default 30s)
          -k, --use-kube                     Use the cluster; --use-kube=false analyzes files only (default true)
          -v, --verbose                      Enable verbose output
        """;
}
