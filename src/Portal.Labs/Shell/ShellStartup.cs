using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Portal.Labs.Shell.Isolation;
using Portal.Labs.Shell.Pty;
using Portal.Shared;

namespace Portal.Labs.Shell;

/// <summary>
/// What a workspace's bash reads when it starts: a prompt with OSC 133 marks for terminals, and private marks for the
/// runner. <c>R</c>: a prompt is shown and a line can be typed. <c>C</c>: a line is to be continued. <c>X</c>: a typed
/// line starts to run. <c>B;id</c>: the output of a command starts. <c>E;id;status;history</c>: the shell is back,
/// after
/// command <c>id</c> or (0) after a line of the learner's own; the newest line of its history is the learner's word.
/// A mark is a place in the output; the tag in it only tells it from what programs print. How a command ended counts
/// when bash has also said so through a <see cref="SealedChannel"/>.
/// </summary>
internal static class ShellStartup
{
    /// <summary>Holds the id of the next command on its first line, then the command.</summary>
    public const string CommandFile = "command";
    public const string JobsFile = "jobs";

    /// <summary>The newest line of the history with its number, on its way into the mark.</summary>
    public const string HistoryFile = "history";

    /// <summary>The shell's exported variables, its directory among them, at its last prompt.</summary>
    public const string ExportsFile = "exports";

    /// <summary>What a shell reads that begins where the last one was.</summary>
    public const string WakeFile = "wake";

    /// <summary>Characters of a line of the history that are told.</summary>
    private const int HistoryLimit = 500;
    public const string KubeconfigFile = "kubeconfig";

    /// <summary>What the runner types; the leading space keeps it out of the history, where the command itself is put
    /// instead.</summary>
    public const string Line = " __r;eval \"$__c\"\n";

    /// <summary>Starts bash.</summary>
    /// <param name="start">Makes the start information from the descriptors that the child is to have as 3 and 4: the
    /// script and its end of the sealed channel.</param>
    public static async Task<StartedShell> RunAsync(
        Func<IReadOnlyList<int>, PtyStartInfo> start,
        ShellPaths paths,
        Guarded guarded
    )
    {
        var tag = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        // Not a file: what a program could read it could also print.
        var script = Kernel.PipeOf(Encoding.UTF8.GetBytes(Script(tag, paths)));
        var seal = new SealedChannel();
        try
        {
            var pty = await PtySession.StartAsync(start([script, seal.ChildEnd]), guarded).ConfigureAwait(false);
            return new(pty, tag, seal);
        }
        catch
        {
            seal.Dispose();
            throw;
        }
    }

    /// <summary>What bash says through the channel at an <c>E</c>.</summary>
    public static string Seal(int id, int status) => string.Create(CultureInfo.InvariantCulture, $"{id};{status}");

    /// <summary>The script, which bash reads from descriptor 3; 4 is its end of the sealed channel.</summary>
    private static string Script(string tag, ShellPaths paths) => $$"""
        exec 3<&- {__seal}>&4 4>&-
        # Before any program runs: who speaks first is who is believed.
        printf hello >&"$__seal"
        # A file that is too large is an error that says so, not the end of who writes it.
        trap '' XFSZ
        HISTFILE= HISTCONTROL=ignorespace HISTSIZE=1000
        bind 'set bell-style none' 2>/dev/null
        {{ShellCompletion.Script}}
        # A new cluster: the lesson's files as far as they are missing, and the way to it.
        if [ '{{paths.Input}}/{{KubeconfigFile}}' -nt ~/.kube/config ]; then
          mkdir -p "$LESSON_DIR" ~/.kube
          {{Copy(paths.Manifests, "$LESSON_DIR/manifests")}}
          {{Copy(paths.Template, "$LESSON_DIR")}}
          # Who wakes up finds the namespace chosen that was.
          __n=
          [ -e '{{paths.Input}}/{{WakeFile}}{{paths.Suffix}}' ] && while IFS= read -r __l; do
            [[ $__l =~ ^\ {4}namespace:\ ([a-z0-9-]+)$ ]] && __n=${BASH_REMATCH[1]}
          done < ~/.kube/config
          rm -f ~/.kube/config
          (umask 077; while IFS= read -r __l || [[ -n $__l ]]; do
            printf '%s\n' "$__l"
            [[ -n $__n && $__l =~ ^\ {4}user: ]] && printf '    namespace: %s\n' "$__n"
          done < '{{paths.Input}}/{{KubeconfigFile}}' > ~/.kube/config)
          unset __n __l
        fi 2>/dev/null
        cd "$LESSON_DIR"
        [ -r '{{paths.Input}}/{{WakeFile}}{{paths.Suffix}}' ] && . '{{paths.Input}}/{{WakeFile}}{{paths.Suffix}}'
        __id=0 __done= __c=
        __r() {
          local status=$?
          __id= __c=
          { IFS= read -r __id; IFS= read -r -d '' __c; } 2>/dev/null < '{{paths.Input}}/{{CommandFile}}{{paths.Suffix}}'
          # Typed twice, or withdrawn meanwhile: there is nothing to run, and the status stays.
          [ -n "$__id" ] && [ "$__id" != "$__done" ] || { __id=0 __c="(exit $status)"; return; }
          __done=$__id
          history -s -- "$__c"
          # The line that the runner typed is replaced by the command that it stands for.
          printf '\e[A\r\e[J\e[1;34m$\e[0m %s\n\e]5170;{{tag}};B;%s\a' "$__c" "$__id"
        }
        __prompt() {
          local status=$? __h=
          {
            jobs -l > '{{paths.Output}}/{{JobsFile}}{{paths.Suffix}}'
            declare -px > '{{paths.Output}}/{{ExportsFile}}{{paths.Suffix}}'
          } 2>/dev/null
          {
            HISTTIMEFORMAT= history 1 > '{{paths.Output}}/{{HistoryFile}}{{paths.Suffix}}'
            IFS= read -r -d '' -n {{HistoryLimit}} __h < '{{paths.Output}}/{{HistoryFile}}{{paths.Suffix}}'
          } 2>/dev/null
          printf '%s;%s' "$__id" "$status" 2>/dev/null >&"$__seal"
          printf '\e]5170;{{tag}};E;%s;%s;%s\a\e]133;D;%s\a' "$__id" "$status" "${__h//[[:cntrl:]]/ }" "$status"
          __id=0
          return "$status"
        }
        PROMPT_COMMAND=__prompt
        PS0='\e]5170;{{tag}};X\a\e]133;C\a'
        PS1='\[\e]133;A\a\e[1;34m\]\w \$\[\e[0m\] \[\e]133;B\a\e]5170;{{tag}};R\a\]'
        PS2='\[\e]5170;{{tag}};C\a\]> '

        """;

    private static string Copy(string? source, string target) =>
        source is null ? ":" : $"mkdir -p \"{target}\"; cp -rn '{source}/.' \"{target}/\"";
}

/// <param name="Tag">What marks begin with.</param>
/// <param name="Seal">What bash says about how commands ended; the shell's to dispose.</param>
internal sealed record StartedShell(PtySession Pty, string Tag, SealedChannel Seal);
