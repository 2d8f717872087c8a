using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Content.Model;
using Portal.Labs.Grading;
using Portal.Labs.Sessions;

namespace Portal.Labs.Authoring;

/// <summary>
/// Proves checks: each has to be seen to fail, before its section's work or in the course of it, and to pass afterwards.
/// What always holds proves nothing.
/// </summary>
internal sealed class CheckProof(ILessonSession session, ICheckTrials trials, TrialLog log, TimeProvider time)
{
    private readonly Patience _patience = new(time);

    /// <summary>How long a cluster is given to show what a section has done.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    private readonly HashSet<string> _failed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _passed = new(StringComparer.Ordinal);

    /// <summary>Checks that the lesson itself has broken again.</summary>
    public ImmutableArray<string> Broken { get; private set; } = [];

    public int Proven => _passed.Count(_failed.Contains);

    /// <summary>The checks among these of which nothing is proven, with what is lacking.</summary>
    public IEnumerable<string> Unproven(IEnumerable<CheckDefinition> checks) => checks.Where(c => !_failed.Contains(c.Id) || !_passed.Contains(c.Id))
        .Select(c => $"{c.Id} ({(_passed.Contains(c.Id) ? "it held before, and no wrong answer is refused" : "it did not pass")})");

    /// <summary>Looks which checks fail now. A check that has been seen to fail is not looked at again.</summary>
    public async Task SeeFailuresAsync(IEnumerable<CheckDefinition> checks, CancellationToken cancellationToken)
    {
        foreach (var check in checks.Where(c => !_failed.Contains(c.Id)))
        {
            if (!(await trials.TryCheckAsync(check, null, cancellationToken).ConfigureAwait(false)).Result.Holds) _failed.Add(check.Id);
        }
    }

    public void SeeFailure(string checkId) => _failed.Add(checkId);

    /// <summary>Lets the session grade what a block has done; the next block may change it.</summary>
    public Task GradeAsync(Section section, CancellationToken cancellationToken) => WaitAsync(section, s_pause + s_pause + s_pause, cancellationToken);

    /// <summary>Answers the questions of a section and waits until its checks have passed.</summary>
    public async Task ConcludeAsync(Section section, CancellationToken cancellationToken)
    {
        foreach (var check in section.Checks.Where(c => c.Probe == "answer")) await AnswerAsync(check, cancellationToken).ConfigureAwait(false);
        await WaitAsync(section, s_patience, cancellationToken).ConfigureAwait(false);
        foreach (var check in section.Checks)
        {
            var state = session.Current.Checks[check.Id];
            if (state.IsPassed) _passed.Add(check.Id);
            log.Outcome(state.IsPassed, $"check {check.Id}: {check.Title}", $"{state.Message}\n{string.Join('\n', state.Details.IsDefault ? [] : state.Details)}");
        }
    }

    /// <summary>Looks at every check once more: what a learner has passed must not turn red because they follow the lesson.</summary>
    public async Task SeeBrokenAsync(CancellationToken cancellationToken)
    {
        await session.CheckAsync(null, cancellationToken).ConfigureAwait(false);
        Broken = [.. session.Lesson.Checks.Select(c => c.Id).Where(id => session.Current.Checks[id].Phase == CheckPhase.BrokenAgain)];
    }

    /// <summary>Every answer that is not accepted is refused, those that the author foresaw with their message, before the right one is given.</summary>
    private async Task AnswerAsync(CheckDefinition check, CancellationToken cancellationToken)
    {
        var accepted = Answers(check.Settings["accept"]).ToList();
        var foreseen = check.Wrong.SelectMany(w => Answers(w.Settings["accept"]).Select(a => (Answer: a, w.Message)));
        var choices = ((check.Settings["choices"] as JsonObject)?.Select(c => c.Key) ?? []).Except(accepted, StringComparer.OrdinalIgnoreCase).Select(a => (Answer: a, Message: ""));
        foreach (var (answer, message) in foreseen.Concat(choices))
        {
            var verdict = await trials.TryCheckAsync(check, answer, cancellationToken).ConfigureAwait(false);
            var refused = !verdict.Result.Holds && verdict.Message.Contains(message, StringComparison.Ordinal);
            log.Outcome(refused, $"answer '{answer}' to {check.Id} is refused{(message.Length > 0 ? " with its message" : "")}", verdict.Message);
        }
        if (accepted.Count > 0) await session.AnswerAsync(check.Id, accepted[0], cancellationToken).ConfigureAwait(false);
    }

    private async Task WaitAsync(Section section, TimeSpan patience, CancellationToken cancellationToken)
    {
        var left = patience;
        do
        {
            var start = time.GetTimestamp();
            await Task.Delay(s_pause, time, cancellationToken).ConfigureAwait(false);
            await session.CheckAsync(section.Id, cancellationToken).ConfigureAwait(false);
            left -= _patience.Used(start);
        }
        while (section.Checks.Any(c => !session.Current.Checks[c.Id].IsPassed) && left > TimeSpan.Zero);
    }

    /// <summary>Texts that a setting accepts: the words, or the middle of an interval.</summary>
    private static IEnumerable<string> Answers(JsonNode? accepted) => accepted switch
    {
        JsonArray words => words.SelectMany(Answers),
        JsonObject interval when (interval["min"].Interval(), interval["max"].Interval()) is ({ } min, { } max) => [((min.Min + max.Max) / 2).ToString(System.Globalization.CultureInfo.InvariantCulture)],
        JsonValue word => [word.Scalar()],
        _ => [],
    };
}
