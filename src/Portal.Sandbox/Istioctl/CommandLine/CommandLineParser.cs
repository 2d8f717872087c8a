using System.Globalization;
using Portal.Shared;

namespace Portal.Sandbox.Istioctl.CommandLine;

/// <summary>Finds the command and reads its flags, with the rules and messages of cobra and pflag.</summary>
internal static class CommandLineParser
{
    private const int UsageError = 64;

    /// <exception cref="IstioctlException">An unknown command or flag, or a value that does not fit: exit code 64.</exception>
    public static Invocation Parse(Command root, string[] args, IstioctlContext context)
    {
        var (path, rest) = Find(root, args);
        if (path is [_] && rest.FirstOrDefault(IsWord) is { } unknown)
            throw new IstioctlException($"unknown command \"{unknown}\" for \"{root.Name}\"{Suggestions(root, unknown)}\nRun '{root.Name} --help' for usage.", UsageError);
        var values = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        if (path[^1].ParsesItself && !rest.Any(a => a is "-h" or "--help")) return new(context, path, rest, [], values);
        List<string> operands = [];
        Flag[] flags = [.. path.SelectMany(c => c.Flags).Reverse(), Flag.Switch("help", "", "h")];
        for (var i = 0; i < rest.Count; i++)
        {
            var arg = rest[i];
            if (arg == "--")
            {
                operands.AddRange(rest.Skip(i + 1));
                break;
            }
            if (IsWord(arg)) operands.Add(arg);
            else if (arg.StartsWith("--", StringComparison.Ordinal)) Long(arg, rest, ref i, flags, values);
            else Letters(arg, rest, ref i, flags, values);
        }
        return new(context, path, rest, operands, values);
    }

    private static bool IsWord(string arg) => arg.Length < 2 || arg[0] != '-';

    /// <summary>Goes down the tree along the words that are no flags or their values.</summary>
    private static (List<Command> Path, List<string> Remaining) Find(Command root, string[] args)
    {
        List<Command> path = [root];
        List<string> rest = [.. args];
        for (var i = 0; i < rest.Count; i++)
        {
            if (rest[i] == "--") break;
            if (!IsWord(rest[i]))
            {
                if (!rest[i].Contains('=', StringComparison.Ordinal) && !IsSwitch(path, rest[i])) i++;
                continue;
            }
            if (path[^1].Find(rest[i]) is not { } next) break;
            path.Add(next);
            rest.RemoveAt(i--);
        }
        return (path, rest);
    }

    private static bool IsSwitch(List<Command> path, string arg)
    {
        var flags = path.SelectMany(c => c.Flags);
        if (arg is "-h" or "--help") return true;
        if (arg.StartsWith("--", StringComparison.Ordinal)) return flags.Any(f => f.Name == arg[2..] && f.Kind == FlagKind.Switch);
        // A letter with more behind it has its value attached.
        return arg.Length > 2 || flags.Any(f => f.Short == arg[1..] && f.Kind == FlagKind.Switch);
    }

    private static void Long(string arg, List<string> rest, ref int i, Flag[] flags, Dictionary<string, List<string>> values)
    {
        var parts = arg[2..].Split('=', 2);
        if (parts[0].Length == 0 || parts[0][0] is '-' or '=') throw new IstioctlException($"bad flag syntax: {arg}", UsageError);
        var flag = Array.Find(flags, f => f.Name == parts[0]) ?? throw new IstioctlException($"unknown flag: --{parts[0]}", UsageError);
        if (parts.Length == 2) Add(flag, parts[1], values, "--" + flag.Name);
        else if (flag.Kind == FlagKind.Switch) Add(flag, "true", values, "--" + flag.Name);
        else if (i + 1 < rest.Count) Add(flag, rest[++i], values, "--" + flag.Name);
        else throw new IstioctlException($"flag needs an argument: --{flag.Name}", UsageError);
    }

    private static void Letters(string arg, List<string> rest, ref int i, Flag[] flags, Dictionary<string, List<string>> values)
    {
        for (var at = 1; at < arg.Length; at++)
        {
            var letter = arg[at..(at + 1)];
            var flag = Array.Find(flags, f => f.Short == letter) ?? throw new IstioctlException($"unknown shorthand flag: '{letter}' in {arg}", UsageError);
            var shown = $"-{letter}, --{flag.Name}";
            if (at + 1 < arg.Length && arg[at + 1] == '=')
            {
                Add(flag, arg[(at + 2)..], values, shown);
                return;
            }
            if (flag.Kind == FlagKind.Switch)
            {
                Add(flag, "true", values, shown);
                continue;
            }
            if (at + 1 < arg.Length) Add(flag, arg[(at + 1)..], values, shown);
            else if (i + 1 < rest.Count) Add(flag, rest[++i], values, shown);
            else throw new IstioctlException($"flag needs an argument: '{letter}' in {arg}", UsageError);
            return;
        }
    }

    private static void Add(Flag flag, string value, Dictionary<string, List<string>> values, string shown)
    {
        var problem = flag.Kind switch
        {
            FlagKind.Switch when Truth(value) is null => $"strconv.ParseBool: parsing \"{value}\": invalid syntax",
            FlagKind.Number when !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) => $"strconv.ParseInt: parsing \"{value}\": invalid syntax",
            FlagKind.Duration when Mesh.EnvoyDuration.Parse(value) is null => $"time: invalid duration \"{value}\"",
            _ => null,
        };
        if (problem is not null) throw new IstioctlException($"invalid argument \"{value}\" for \"{shown}\" flag: {problem}", UsageError);
        if (!values.TryGetValue(flag.Name, out var list)) values[flag.Name] = list = [];
        list.Add(flag.Kind == FlagKind.Switch ? Truth(value)! : value);
    }

    private static string? Truth(string value) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => "true",
        "0" or "f" or "F" or "false" or "FALSE" or "False" => "false",
        _ => null,
    };

    private static string Suggestions(Command root, string word)
    {
        var close = root
            .Commands.Select(c => c.Name)
            .Where(n =>
                EditDistance.Between(n, word) <= 2 || n.StartsWith(word, StringComparison.OrdinalIgnoreCase)
            )
            .ToList();
        return close.Count == 0 ? "" : "\n\nDid you mean this?\n\t" + string.Join("\n\t", close) + "\n";
    }
}
