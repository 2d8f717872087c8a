using Microsoft.Extensions.Time.Testing;
using Portal.Labs.Sessions;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

public sealed class ProgressJournalTests : SessionFixture
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _stored = [];
    private readonly List<Unsaved> _changes = [];

    protected override TimeProvider Time => _time;

    private ProgressJournal NewJournal()
    {
        var journal = Factory.Journals.Take(Key);
        journal.Changed = _changes.Add;
        return journal;
    }

    private Func<CancellationToken, Task> Store(string what) => _ =>
    {
        _stored.Add(what);
        return Task.CompletedTask;
    };

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

        await journal.RecordAsync(ResultKind.Run, "a", Store("a"), CancellationToken.None).DefaultTimeout();

        Assert.Equal(["a"], _stored);
        Assert.True(journal.IsEmpty);
        Assert.Empty(_changes);
    }

    [Fact]
    public async Task RecordAsync_StoreNeverAnswers_GivesUpWaitingAndTriesAgain()
    {
        var journal = NewJournal();
        var tries = 0;
        var begun = _time.GetUtcNow();

        var recording = journal.RecordAsync(
            ResultKind.Run,
            "a",
            _ => ++tries < 3 ? new TaskCompletionSource().Task : Store("a")(default),
            CancellationToken.None
        );
        await PassAsync(() => recording.IsCompleted);
        await recording;

        Assert.InRange(_time.GetUtcNow() - begun, TimeSpan.FromSeconds(10), TimeSpan.MaxValue);
        Assert.Contains("a", _changes[^1].Blocks);
        await journal.RecordAsync(ResultKind.Check, "b", Store("b"), CancellationToken.None).DefaultTimeout();
        await PassAsync(() => journal.IsEmpty);
        Assert.Equal(["a", "b"], _stored);
        Assert.Equal(
            (3, true, true, false),
            (tries, _changes[^1].Blocks.IsEmpty, _changes[^1].Checks.IsEmpty, _changes[^1].Late)
        );
    }

    [Fact]
    public async Task RecordAsync_InAHurry_WaitsLess()
    {
        var journal = NewJournal();
        var never = new TaskCompletionSource();
        var first = journal.RecordAsync(ResultKind.Run, "a", _ => never.Task, CancellationToken.None);
        var second = journal.RecordAsync(ResultKind.Run, "b", _ => never.Task, new CancellationToken(true));
        var begun = _time.GetUtcNow();

        journal.Hurry();
        await PassAsync(() => first.IsCompleted && second.IsCompleted);

        Assert.InRange(_time.GetUtcNow() - begun, s_second, TimeSpan.FromSeconds(9));
    }

    [Fact]
    public async Task RecordAsync_StoreFails_KeepsTheOrder()
    {
        var journal = NewJournal();
        var fails = true;
        Func<CancellationToken, Task> Try(string what) =>
            c => fails ? Task.FromException(new IOException("away")) : Store(what)(c);

        foreach (var what in (string[])["a", "b", "a", "c"])
            await journal.RecordAsync(ResultKind.Run, what, Try(what), CancellationToken.None).DefaultTimeout();
        Assert.Equal(3, _changes[^1].Blocks.Count);
        fails = false;
        await PassAsync(() => journal.IsEmpty);

        Assert.Equal(["a", "b", "a", "c"], _stored);
    }

    [Fact]
    public async Task RecordAsync_MoreThanIsKept_KeepsTheNewestOfEachThing()
    {
        var journal = NewJournal();
        var fails = true;
        for (var i = 0; i < 3000; i++)
        {
            var n = i;
            await journal
                .RecordAsync(
                    ResultKind.Run,
                    $"{i % 2}",
                    c => fails ? Task.FromException(new IOException("away")) : Store($"{n}")(c),
                    CancellationToken.None
                )
                .DefaultTimeout();
        }
        fails = false;
        await PassAsync(() => journal.IsEmpty);

        Assert.InRange(_stored.Count, 2, 1001);
        Assert.Equal(["2998", "2999"], _stored.TakeLast(2));
    }
}
