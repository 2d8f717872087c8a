using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Portal.Labs.Sessions;

/// <summary>
/// What of a block can be tried beforehand: kubectl has the API server do everything except keep it, so defaults,
/// admission and refusals are the cluster's own. Each command is tried by itself, on the cluster as it is.
/// </summary>
public static partial class BlockPreview
{
    /// <summary>Whether there is something to try.</summary>
    public static bool IsPossible(string code) => Mutating().IsMatch(code);

    /// <summary>Whether it takes something away, so that it is better tried first.</summary>
    public static bool IsDestructive(string code) =>
        Mutating().Matches(code).Any(m => m.Groups["verb"].Value == "delete");

    /// <summary>The commands to try, in order; empty when there is none.</summary>
    internal static ImmutableArray<string> CommandsOf(IEnumerable<string> commands) =>
        [.. commands.Select(Of).OfType<string>()];

    /// <summary>kubectl diff ends with 1 when it has found a difference.</summary>
    internal static RunSnapshot Judge(RunSnapshot run) =>
        run with
        {
            Commands =
            [
                .. run.Commands.Select(c =>
                    c is { Phase: RunPhase.Failed, ExitCode: 1 } && IsDiff(c.Text)
                        ? c with
                        {
                            Phase = RunPhase.Succeeded,
                        }
                        : c
                ),
            ],
        };

    /// <summary>Whether a command of a preview shows differences and not what would be done.</summary>
    public static bool IsDiff(string command) => command.StartsWith("kubectl diff", StringComparison.Ordinal);

    private static string? Of(string command)
    {
        var plain = Continuation().Replace(command.Trim(), " ");
        // What goes through pipes and loops is more than what kubectl can try.
        if (NotPlain().IsMatch(plain) || Mutating().Match(plain) is not { Success: true, Index: 0 } match)
            return null;
        if (match.Groups["verb"].Value != "apply")
            return plain.Contains("--dry-run", StringComparison.Ordinal) ? plain : $"{plain} --dry-run=server";
        var rest = plain[(match.Index + match.Length)..];
        return $"kubectl diff{NotOfDiff().Replace(rest, "")}";
    }

    [GeneratedRegex(
        @"^[ \t]*kubectl[ \t]+"
            + @"(?<verb>apply|create|delete|label|annotate|patch|scale|set|run|expose|replace|autoscale)\b",
        RegexOptions.Multiline | RegexOptions.CultureInvariant
    )]
    private static partial Regex Mutating();

    [GeneratedRegex(@"[|;&<>`\n]|\$\(")]
    private static partial Regex NotPlain();

    [GeneratedRegex(@"[ \t]*\\\n[ \t]*")]
    private static partial Regex Continuation();

    [GeneratedRegex(
        @"\s--?(?:wait|timeout|grace-period|validate|overwrite|output|dry-run|o)(?:=\S*|\s+(?!-)\S+)?(?=\s|$)"
    )]
    private static partial Regex NotOfDiff();
}
