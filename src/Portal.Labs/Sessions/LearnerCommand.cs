using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Portal.Labs.Shell;

namespace Portal.Labs.Sessions;

/// <summary>From a block as it stands, from a block that was edited, or typed in the terminal.</summary>
public enum CommandOrigin { Block, Edited, Typed }

/// <summary>
/// A command that a learner ran and how it ended, to be read by somebody else: what the learner's shell says of itself,
/// cut to size and without control characters.
/// </summary>
/// <param name="SectionId">Where its block stands, or null for one that was typed.</param>
/// <param name="ExitCode">Null when there was none.</param>
/// <param name="Tail">The last lines it printed.</param>
public sealed record LearnerCommand(
    string Text,
    CommandOrigin Origin,
    string? SectionId,
    RunPhase Phase,
    int? ExitCode,
    string Tail,
    DateTimeOffset At
)
{
    private const int MaxText = 400;
    private const int MaxTail = 1500;
    private const int MaxLines = 12;

    /// <summary>The status of a command that Ctrl-C ended.</summary>
    private const int Interrupted = 130;

    public bool Failed => Phase is RunPhase.Failed or RunPhase.TimedOut;

    /// <summary>The command that a run ended with; null when none of it came to run.</summary>
    internal static LearnerCommand? Of(RunSnapshot run, string sectionId, DateTimeOffset at) =>
        (
            run.Commands.FirstOrDefault(c => c.Phase is RunPhase.Failed or RunPhase.TimedOut)
            ?? run.Commands.LastOrDefault(c => c.Phase is RunPhase.Succeeded or RunPhase.Stopped)
        )
            is { } command
            ? new LearnerCommand(
                Clean(command.Text, MaxText),
                run.Edited ? CommandOrigin.Edited : CommandOrigin.Block,
                sectionId,
                command.Phase,
                command.ExitCode,
                TailOf(command.Output),
                at
            )
            : null;

    internal static LearnerCommand Of(TypedCommand typed, DateTimeOffset at) =>
        new(
            Clean(typed.Text, MaxText),
            CommandOrigin.Typed,
            null,
            typed.Status switch
            {
                0 => RunPhase.Succeeded,
                Interrupted => RunPhase.Stopped,
                _ => RunPhase.Failed,
            },
            typed.Status,
            TailOf(typed.Output),
            at
        );

    private static string TailOf(string output)
    {
        // A little more than is shown: colours go.
        var text = Clean(output.Length > 4 * MaxTail ? output[^(4 * MaxTail)..] : output, int.MaxValue).TrimEnd();
        ImmutableArray<string> lines = [.. text.Split('\n').TakeLast(MaxLines)];
        var tail = string.Join('\n', lines);
        return tail.Length > MaxTail ? "…" + tail[^MaxTail..] : tail;
    }

    /// <summary>Without colours, control characters and what turns the direction of writing.</summary>
    private static string Clean(string text, int limit)
    {
        var clean = new StringBuilder();
        for (var i = 0; i < text.Length && clean.Length < limit; i++)
        {
            if (text[i] == '\e' && i + 1 < text.Length && text[i + 1] == '[')
            {
                i++;
                while (i + 1 < text.Length && text[++i] is < '@' or > '~') { }
            }
            else if (
                text[i] is '\n' or '\t'
                || CharUnicodeInfo.GetUnicodeCategory(text[i])
                    is not (UnicodeCategory.Control or UnicodeCategory.Format)
            )
                clean.Append(text[i]);
        }
        return clean.Length == limit ? clean.Append('…').ToString() : clean.ToString();
    }
}
