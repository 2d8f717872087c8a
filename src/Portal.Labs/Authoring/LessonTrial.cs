using System.Collections.Immutable;
using Portal.Content.Catalog;
using Portal.Content.Model;
using Portal.Labs.Grading;
using Portal.Labs.Sessions;

namespace Portal.Labs.Authoring;

/// <param name="Wanted">Which sections to run.</param>
/// <param name="Checks">Whether checks are proven and wrong answers applied; without, the output of the commands is shown.</param>
public sealed record LessonTrialOptions(Func<Section, bool> Wanted, bool Checks);

/// <summary>
/// Runs a lesson in a session as its learner would, sections in the order of the page and what cleans up last, and finds
/// out whether everything comes out as the lesson states.
/// </summary>
public sealed class LessonTrial
{
    private readonly ILessonSession _session;
    private readonly ICheckTrials _trials;
    private readonly LessonTrialOptions _options;
    private readonly TimeProvider _time;
    private readonly TrialLog _log;
    private readonly BlockTrial _blocks;
    private readonly CheckProof _proof;
    private readonly WrongAnswerTrial _wrongAnswers;
    private readonly ImmutableArray<WrongAnswerFile> _files;
    private readonly List<string> _notRefused = [];
    private int _refused;
    private int _elsewhere;

    /// <param name="session">A session of this process whose cluster and workspace are ready.</param>
    public LessonTrial(ILessonSession session, LessonTrialOptions options, TextWriter writer, TimeProvider time)
    {
        _trials = session as ICheckTrials ?? throw new ArgumentException("A trial needs a session of this process.", nameof(session));
        _session = session;
        _options = options;
        _time = time;
        _log = new TrialLog(writer);
        _blocks = new BlockTrial(session, _log, showOutput: !options.Checks);
        _proof = new CheckProof(session, _trials, _log, time);
        _wrongAnswers = new WrongAnswerTrial(_trials, _log, time);
        _files = options.Checks ? WrongAnswerFile.Of(session.Lesson) : [];
    }

    public async Task<LessonReport> RunAsync(CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        var wanted = _session.Lesson.Sections.Where(s => _options.Wanted(s) && (!s.Checks.IsEmpty || s.Blocks.Any(b => b.Runnable))).ToList();
        // What verifies the steps may fail only before them.
        if (_options.Checks) await _proof.SeeFailuresAsync(wanted.Where(s => s.Kind == SectionKind.Verification).SelectMany(s => s.Checks), cancellationToken).ConfigureAwait(false);
        var sections = ImmutableArray.CreateBuilder<SectionReport>();
        foreach (var section in wanted.Where(s => s.Kind != SectionKind.Cleanup)) sections.Add(await RunSectionAsync(section, cancellationToken).ConfigureAwait(false));
        if (_options.Checks) await _proof.SeeBrokenAsync(cancellationToken).ConfigureAwait(false);
        foreach (var section in wanted.Where(s => s.Kind == SectionKind.Cleanup)) sections.Add(await RunSectionAsync(section, cancellationToken).ConfigureAwait(false));
        return new(await _trials.GetKubernetesVersionAsync(cancellationToken).ConfigureAwait(false), sections.ToImmutable(), _blocks.Samples, _elsewhere, _proof.Proven, _options.Checks ? [.. _proof.Unproven(wanted.SelectMany(s => s.Checks))] : [], _refused, [.. _notRefused], _proof.Broken, _time.GetElapsedTime(start));
    }

    private async Task<SectionReport> RunSectionAsync(Section section, CancellationToken cancellationToken)
    {
        var title = section.Number > 0 ? $"{section.Kind} {section.Number}: {section.Title}" : $"{section.Kind}: {section.Title}";
        var (start, stated, notStated) = (_time.GetTimestamp(), _log.Stated, _log.NotStated);
        _log.Heading(title);
        if (_options.Checks) await _proof.SeeFailuresAsync(section.Checks, cancellationToken).ConfigureAwait(false);
        var (own, solution) = (section.Blocks.Where(b => b is { Runnable: true, InSolution: false }), section.Blocks.Where(b => b is { Runnable: true, InSolution: true }));
        if (await RunBlocksAsync(section, own, cancellationToken).ConfigureAwait(false))
        {
            // A wrong answer stands where the right one would.
            await RefuseWrongAnswersAsync(section, cancellationToken).ConfigureAwait(false);
            await RunBlocksAsync(section, solution, cancellationToken).ConfigureAwait(false);
        }
        if (_options.Checks && !section.Checks.IsEmpty) await _proof.ConcludeAsync(section, cancellationToken).ConfigureAwait(false);
        return new(title, _log.Stated - stated, _log.NotStated - notStated, _time.GetElapsedTime(start));
    }

    /// <summary>False as soon as a block fails: what comes after it builds on it.</summary>
    private async Task<bool> RunBlocksAsync(Section section, IEnumerable<Block> blocks, CancellationToken cancellationToken)
    {
        var provider = _session.Current.Cluster.Provider;
        foreach (var block in blocks)
        {
            if (!block.RunsOn(provider))
            {
                _elsewhere++;
                _log.Note($"{block.Id}: for {string.Join(", ", block.On)} only");
                continue;
            }
            if (!await _blocks.RunAsync(section, block, cancellationToken).ConfigureAwait(false)) return false;
            // Blocks pass through states that checks look for, good and bad; each is looked at before the next block changes it.
            if (!_options.Checks || section.Checks.IsEmpty || section.Kind == SectionKind.Step || (section.Kind == SectionKind.Exercise && !block.InSolution)) continue;
            await _proof.SeeFailuresAsync(section.Checks, cancellationToken).ConfigureAwait(false);
            await _proof.GradeAsync(section, cancellationToken).ConfigureAwait(false);
        }
        return true;
    }

    private async Task RefuseWrongAnswersAsync(Section section, CancellationToken cancellationToken)
    {
        foreach (var file in _files)
        {
            var check = section.Checks.FirstOrDefault(c => c.Id == file.RejectedBy);
            // A file that the API server refuses is tried with the section that its name begins with.
            if (check is null && !(file.RejectedBy == WrongAnswerFile.Cluster && Path.GetFileName(file.Name).StartsWith(section.Id + "-", StringComparison.Ordinal))) continue;
            if (await _wrongAnswers.RunAsync(file, check, cancellationToken).ConfigureAwait(false))
            {
                _refused++;
                if (check is not null) _proof.SeeFailure(check.Id);
            }
            else
            {
                _notRefused.Add(file.Name);
            }
        }
    }
}
