using Portal.Sandbox.Istioctl.CommandLine;

namespace Portal.Sandbox.Istioctl.Commands;

/// <summary><c>istioctl completion</c>: a script with which a shell completes the names of commands.</summary>
internal static class CompletionCommand
{
    private static readonly string[] s_shells = ["bash", "fish", "powershell", "zsh"];

    public static Command Definition { get; } = new("completion", "Generate the autocompletion script for the specified shell")
    {
        Long = "Generate the autocompletion script for istioctl for the specified shell.\nSee each sub-command's help for details on how to use the generated script.",
        Commands = [.. s_shells.Select(s => new Command(s, $"Generate the autocompletion script for {s}") { Flags = [Flag.Switch("no-descriptions", "disable completion descriptions")], Run = (call, _) => WriteAsync(call, s) })],
    };

    private static async Task<int> WriteAsync(Invocation call, string shell)
    {
        var root = IstioctlCommands.Root;
        var names = string.Join(' ', root.Commands.Select(c => c.Name).Order(StringComparer.Ordinal));
        var groups = root.Commands.Where(c => c.Commands.Length > 0).Select(c => (Names: c.Aliases.Prepend(c.Name), Words: string.Join(' ', c.Commands.Select(s => s.Name)))).ToList();
        await call.LineAsync(shell switch
        {
            "fish" => string.Join('\n', root.Commands.Select(c => $"complete -c istioctl -n __fish_use_subcommand -a {c.Name}")
                .Concat(groups.Select(g => $"complete -c istioctl -n '__fish_seen_subcommand_from {string.Join(' ', g.Names)}' -a '{g.Words}'"))),
            "powershell" => $"Register-ArgumentCompleter -Native -CommandName istioctl -ScriptBlock {{\n  param($word)\n  '{names}'.Split(' ') | Where-Object {{ $_ -like \"$word*\" }}\n}}",
            _ => (shell == "zsh" ? "#compdef istioctl\nautoload -U +X bashcompinit && bashcompinit\n" : "# bash completion for istioctl\n") + $$"""
                _istioctl() {
                  local words='{{names}}'
                  if [ "$COMP_CWORD" -gt 1 ]; then
                    case ${COMP_WORDS[1]} in
                {{string.Join('\n', groups.Select(g => $"      {string.Join(" | ", g.Names)}) words='{g.Words}' ;;"))}}
                      *) words= ;;
                    esac
                  fi
                  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
                }
                complete -F _istioctl istioctl
                """,
        }).ConfigureAwait(false);
        return 0;
    }
}
