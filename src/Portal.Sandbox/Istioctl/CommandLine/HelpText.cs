using System.Text;

namespace Portal.Sandbox.Istioctl.CommandLine;

/// <summary>What <c>--help</c> shows, in cobra's layout.</summary>
internal static class HelpText
{
    public static string Of(IReadOnlyList<Command> path)
    {
        var command = path[^1];
        var text = new StringBuilder((command.Long.Length > 0 ? command.Long : command.Short).Trim()).Append("\n\n");
        return text.Append(Usage(path)).ToString();
    }

    public static string Usage(IReadOnlyList<Command> path)
    {
        var command = path[^1];
        var text = new StringBuilder("Usage:");
        var above = string.Concat(path.SkipLast(1).Select(c => c.Name + " "));
        if (command.Run is not null) text.Append($"\n  {above}{command.Use} [flags]");
        if (command.Commands.Length > 0) text.Append($"\n  {above}{command.Name} [command]");
        if (command.Aliases.Length > 0) text.Append("\n\nAliases:\n  ").Append(string.Join(", ", command.Aliases.Prepend(command.Name)));
        if (command.Example.Length > 0) text.Append("\n\nExamples:\n").Append(command.Example.TrimEnd());
        if (command.Commands.Length > 0)
        {
            text.Append("\n\nAvailable Commands:");
            var width = Math.Max(11, command.Commands.Max(c => c.Name.Length));
            foreach (var c in command.Commands.OrderBy(c => c.Name, StringComparer.Ordinal)) text.Append("\n  ").Append(c.Name.PadRight(width)).Append(' ').Append(c.Short);
        }
        Flag[] own = [.. path is [_] ? [] : command.Flags, Flag.Switch("help", $"help for {command.Name}", "h")];
        Flag[] inherited = path is [_] ? [] : [.. path.SkipLast(1).SelectMany(c => c.Flags)];
        if (path is [_]) own = [.. own, .. command.Flags];
        text.Append("\n\nFlags:").Append(Flags(own));
        if (inherited.Length > 0) text.Append("\n\nGlobal Flags:").Append(Flags(inherited));
        if (command.Commands.Length > 0) text.Append($"\n\nUse \"{above}{command.Name} [command] --help\" for more information about a command.");
        return text.ToString();
    }

    private static string Flags(Flag[] flags)
    {
        var rows = flags.OrderBy(f => f.Name, StringComparer.Ordinal)
            .Select(f => (Left: $"  {(f.Short.Length > 0 ? $"-{f.Short}, " : "    ")}--{f.Name}{(f.TypeName.Length > 0 ? " " + f.TypeName : "")}", Right: f.Usage + Default(f))).ToList();
        var width = rows.Max(r => r.Left.Length) + 3;
        return string.Concat(rows.Select(r => "\n" + r.Left.PadRight(width) + r.Right.Replace("\n", "\n" + new string(' ', width), StringComparison.Ordinal)));
    }

    private static string Default(Flag f) => f.Default.Length == 0 ? "" : f.Kind is FlagKind.Text ? $" (default \"{f.Default}\")" : $" (default {f.Default})";
}
