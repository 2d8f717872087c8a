using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class GetoptsCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["getopts"];

    public CommandKind Kind => CommandKind.Builtin;

    public async Task<int> RunAsync(CommandContext context)
    {
        if (context.Args.Count < 2) throw new CommandException("usage: getopts optstring var [arg]", 2);
        var (shell, letters, name) = (context.Shell!, context.Args[0], context.Args[1]);
        var args = context.Args.Count > 2 ? [.. context.Args.Skip(2)] : shell.Positional;
        var silent = letters.StartsWith(':');
        var index = int.TryParse(shell.Variables["OPTIND"], out var i) ? Math.Max(1, i) : 1;
        // Where in a word of several flags the next one stands.
        var at = int.TryParse(shell.Variables["_OPTAT"], out var a) && index <= args.Count ? a : 1;
        if (index > args.Count || args[index - 1] is not ['-', _, ..] || args[index - 1] == "--")
        {
            if (index <= args.Count && args[index - 1] == "--")
                shell.Variables.Set("OPTIND", (index + 1).ToString(CultureInfo.InvariantCulture));
            shell.Variables.Set(name, "?");
            shell.Variables.Unset("_OPTAT");
            return 1;
        }
        var word = args[index - 1];
        if (at >= word.Length) at = 1;
        var flag = word[at++];
        var found = letters.IndexOf(flag, silent ? 1 : 0);
        var takes = found >= 0 && found + 1 < letters.Length && letters[found + 1] == ':';
        shell.Variables.Unset("OPTARG");
        var result = flag.ToString();
        if (found < 0 || flag == ':')
        {
            result = "?";
            if (silent) shell.Variables.Set("OPTARG", flag.ToString());
            else await context.SayAsync($"Illegal option -{flag}\n").ConfigureAwait(false);
        }
        else if (takes)
        {
            if (at < word.Length) shell.Variables.Set("OPTARG", word[at..]);
            else if (index < args.Count) shell.Variables.Set("OPTARG", args[index++]);
            else
            {
                result = silent ? ":" : "?";
                if (silent) shell.Variables.Set("OPTARG", flag.ToString());
                else await context.SayAsync($"No arg for -{flag} option\n").ConfigureAwait(false);
            }
            at = word.Length;
        }
        if (at >= word.Length) (index, at) = (index + 1, 1);
        shell.Variables.Set("OPTIND", index.ToString(CultureInfo.InvariantCulture));
        shell.Variables.Set("_OPTAT", at.ToString(CultureInfo.InvariantCulture));
        shell.Variables.Set(name, result);
        return 0;
    }
}
