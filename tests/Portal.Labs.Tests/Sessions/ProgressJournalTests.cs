using Microsoft.Extensions.Time.Testing;
using Portal.Labs.Sessions;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

public sealed class ProgressJournalTests : SessionFixture
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly IOException s_away = new("The database is away.");

    private readonly FakeTimeProvider _time = new();
    private readonly List<Unsaved> _changes = [];

    protected override TimeProvider Time => _time;

    private ProgressJournal NewJournal()
    {
        var journal = Factory.Journals.Take(Key);
        journal.Changed = _changes.Add;
        return journal;
    }

    private RunRecord Run(string id, int command = -1) =>
        new("step", id, RunPhase.Succeeded, command, s_second, _time.GetUtcNow());

    private CheckRecord Check(string id) =>
        new("step", id, CheckPhase.Passed, 3, "It is there.", "{}", _time.GetUtcNow());

    /// <summary>Lets time pass until something is done.</summary>
    private async Task PassAsync(Func<bool> done) => await Eventually.True(() =>
    {
        if (done()) return true;
        _time.Advance(s_second);
        return false;
    });

    [Fact]
    public async Task RecordAsync_StoreIsWell_CompletesWhenItIsStored()
    {
        var journal = NewJournal();

        await journal.RecordAsync(Run("a"), CancellationToken.None).DefaultTimeout();

        Assert.Equal(["a"], Recorder.Stored);
        Assert.True(journal.IsEmpty);
        Assert.Empty(_changes);
        Assert.False(Directory.Exists(Unsaved));
    }

    [Fact]
    public async Task RecordAsync_StoreNeverAnswers_GivesUpWaitingAndTriesAgain()
    {
        var journal = NewJournal();
        Recorder.Block();
        var begun = _time.GetUtcNow();

        var recording = journal.RecordAsync(Run("a"), CancellationToken.None);
        await PassAsync(() => recording.IsCompleted);
        await recording;

        Assert.InRange(_time.GetUtcNow() - begun, TimeSpan.FromSeconds(10), TimeSpan.MaxValue);
        Assert.Contains("a", _changes[^1].Blocks);
        await journal.RecordAsync(Check("b"), CancellationToken.None).DefaultTimeout();
        Recorder.Release();
        await PassAsync(() => journal.IsEmpty);
        Assert.Equal(["a", "b"], Recorder.Stored.Distinct());
        Assert.Equal(
            (true, true, false),
            (_changes[^1].Blocks.IsEmpty, _changes[^1].Checks.IsEmpty, _changes[^1].Late)
        );
    }

    [Fact]
    public async Task RecordAsync_InAHurry_WaitsLess()
    {
        var journal = NewJournal();
        Recorder.Block();
        var first = journal.RecordAsync(Run("a"), CancellationToken.None);
        var second = journal.RecordAsync(Run("b"), new CancellationToken(true));
        var begun = _time.GetUtcNow();

        journal.Hurry();
        await PassAsync(() => first.IsCompleted && second.IsCompleted);

        Assert.InRange(_time.GetUtcNow() - begun, s_second, TimeSpan.FromSeconds(9));
    }

    [Fact]
    public async Task RecordAsync_StoreFails_KeepsTheOrder()
    {
        var journal = NewJournal();
        Recorder.Failure = s_away;

        foreach (var what in (string[])["a", "b", "a", "c"])
            await journal.RecordAsync(Run(what), CancellationToken.None).DefaultTimeout();
        Assert.Equal(3, _changes[^1].Blocks.Count);
        Recorder.Release();
        await PassAsync(() => journal.IsEmpty);

        Assert.Equal(["a", "b", "a", "c"], Recorder.Stored);
    }

    [Fact]
    public async Task RecordAsync_MoreThanIsKept_KeepsTheNewestOfEachThing()
    {
        var journal = NewJournal();
        Recorder.Failure = s_away;
        for (var i = 0; i < 3000; i++)
            await journal.RecordAsync(Run($"{i % 2}", i), CancellationToken.None).DefaultTimeout();
        Assert.InRange(File.ReadLines(Assert.Single(Directory.GetFiles(Unsaved))).Count(), 2, 2001);
        Recorder.Release();
        await PassAsync(() => journal.IsEmpty);

        Assert.InRange(Recorder.Stored.Count, 2, 1001);
        Assert.Equal((2998, 2999), (Recorder.Runs["0"].FailedCommand, Recorder.Runs["1"].FailedCommand));
    }

    [Fact]
    public async Task RecordAsync_StoreFails_IsOnDiskForAnotherProcess()
    {
        var journal = NewJournal();
        Recorder.Failure = s_away;
        var check = Check("c");
        await journal.RecordAsync(Run("a"), CancellationToken.None).DefaultTimeout();
        await journal.RecordAsync(check, CancellationToken.None).DefaultTimeout();
        var file = Assert.Single(Directory.GetFiles(Unsaved));
        // As a process that was killed in the middle of the next line leaves it.
        await File.AppendAllTextAsync(file, """{"$type":"run","Sect""");

        var other = new ProgressJournal(Key, Factory) { Changed = _changes.Add };
        Assert.False(other.IsEmpty);
        Recorder.Release();
        await PassAsync(() => other.IsEmpty && journal.IsEmpty);

        Assert.Equal(check, Recorder.Checks["c"]);
        Assert.Empty(Directory.GetFiles(Unsaved));
    }

    [Fact]
    public async Task ResumeAsync_ResultsOfAnEarlierProcess_AreRecordedWithoutTheirLearner()
    {
        Recorder.Failure = s_away;
        await NewJournal().RecordAsync(Run("a"), CancellationToken.None).DefaultTimeout();
        await RestartAsync();
        Assert.Empty(Recorder.Stored);

        await Factory.Journals.ResumeAsync().DefaultTimeout();
        Recorder.Release();

        await PassAsync(() => Recorder.Runs.ContainsKey("a") && Directory.GetFiles(Unsaved).Length == 0);
    }

    [Fact]
    public async Task RecordAsync_NeitherStoreNorDiskTakeIt_IsKeptInMemory()
    {
        await File.WriteAllTextAsync(Unsaved, "a file where the directory should be");
        var journal = NewJournal();
        Recorder.Failure = s_away;

        await journal.RecordAsync(Run("a"), CancellationToken.None).DefaultTimeout();

        Assert.Contains("a", _changes[^1].Blocks);
        Recorder.Release();
        await PassAsync(() => journal.IsEmpty);
        Assert.Equal(["a"], Recorder.Stored);
    }
}
