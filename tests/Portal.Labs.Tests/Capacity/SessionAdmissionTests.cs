using System.Threading.Channels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using Portal.Labs.Capacity;
using Portal.Labs.Sessions;
using Portal.Labs.Tests.Sessions;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Capacity;

/// <summary>Who gets in, who waits where, and for how long.</summary>
public sealed class SessionAdmissionTests : SessionFixture
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeMachine _machine = new();

    protected override TimeProvider Time => _time;

    internal override IMachine Machine => _machine;

    protected override IEnumerable<KeyValuePair<string, string?>> Settings =>
    [
        new("Portal:Labs:Admission:Sessions", "2"),
        new("Portal:Labs:Admission:SessionsPerPerson", "1"),
        new("Portal:Labs:Admission:SessionMebibytes", "100"),
    ];

    [Fact]
    public async Task EnterAsync_Room_OpensTheSessionAtOnce()
    {
        await using var ada = Enter("ada");

        Assert.Same(Sessions.Find(KeyOf("ada")), await ada.InAsync());
        Assert.Empty(Admissions.Current.Queue);
        Assert.Equal(1, Admissions.Current.Room);
    }

    [Fact]
    public async Task EnterAsync_Full_WaitsInOrderAndGetsInWhenPlacesBecomeFree()
    {
        await FillAsync();
        await using var carol = Enter("carol");
        Assert.Equal(new Admission.Waiting(1, 1, null, _time.GetUtcNow()), await carol.NextAsync());
        await using var dan = Enter("dan");
        Assert.Equal(new Admission.Waiting(2, 2, null, _time.GetUtcNow()), await dan.NextAsync());

        await Sessions.CloseAsync(KeyOf("ada"), CancellationToken.None).DefaultTimeout();

        await carol.InAsync();
        Assert.Equal(1, (await dan.UntilWaitingAsync(w => w.Place == 1)).Of);
        Assert.Null(Sessions.Find(KeyOf("dan")));
        await Sessions.CloseAsync(KeyOf("bob"), CancellationToken.None).DefaultTimeout();
        await dan.InAsync();
    }

    [Fact]
    public async Task EnterAsync_PlacesBecomeFree_EstimatesFromHowFast()
    {
        await FillAsync();
        await using var waiting = Enter("carol");
        await using var last = Enter("dan");
        await using var fifth = Enter("eve");
        foreach (var learner in (string[])["ada", "bob"])
        {
            _time.Advance(TimeSpan.FromMinutes(4));
            await Sessions.CloseAsync(KeyOf(learner), CancellationToken.None).DefaultTimeout();
        }
        await waiting.InAsync();
        await last.InAsync();

        _time.Advance(TimeSpan.FromMinutes(4));

        // Two places in eight minutes since the first: four minutes each.
        Assert.Equal(
            TimeSpan.FromMinutes(4),
            (await fifth.UntilWaitingAsync(w => w.Estimate == TimeSpan.FromMinutes(4))).Estimate
        );
    }

    [Fact]
    public async Task EnterAsync_Instructor_GetsInBeforeLearnersWhoWait()
    {
        await FillAsync();
        await using var carol = Enter("carol");
        await carol.NextAsync();
        await using var grace = Enter("grace", first: true);
        Assert.Equal(1, Assert.IsType<Admission.Waiting>(await grace.NextAsync()).Place);
        await using var alan = Enter("alan", first: true);
        Assert.Equal(2, Assert.IsType<Admission.Waiting>(await alan.NextAsync()).Place);
        await carol.UntilWaitingAsync(w => w.Place == 3);

        await Sessions.CloseAsync(KeyOf("ada"), CancellationToken.None).DefaultTimeout();

        await grace.InAsync();
        Assert.Equal([true, false], Admissions.Current.Queue.Select(w => w.First));
    }

    [Fact]
    public async Task EnterAsync_PageReloaded_KeepsThePlaceForAWhile()
    {
        await FillAsync();
        var carol = Enter("carol");
        await carol.NextAsync();
        await using var dan = Enter("dan");
        await dan.NextAsync();

        await carol.DisposeAsync();
        Assert.Equal([false, true], Admissions.Current.Queue.Select(w => w.IsPresent));
        _time.Advance(TimeSpan.FromMinutes(1));
        await using (var again = Enter("carol"))
            Assert.Equal(1, Assert.IsType<Admission.Waiting>(await again.NextAsync()).Place);

        _time.Advance(TimeSpan.FromMinutes(2) + TimeSpan.FromSeconds(2));

        await dan.UntilWaitingAsync(w => w is { Place: 1, Of: 1 });
        Assert.Single(Admissions.Current.Queue);
    }

    [Fact]
    public async Task EnterAsync_PlaceIsFreeWhileTheFirstIsAway_LetsTheNextInAndKeepsThePlace()
    {
        await FillAsync();
        var carol = Enter("carol");
        await carol.NextAsync();
        await using var dan = Enter("dan");
        await dan.NextAsync();
        await carol.DisposeAsync();

        await Sessions.CloseAsync(KeyOf("ada"), CancellationToken.None).DefaultTimeout();

        await dan.InAsync();
        await using var again = Enter("carol");
        Assert.Equal(1, Assert.IsType<Admission.Waiting>(await again.NextAsync()).Place);
    }

    [Fact]
    public async Task Leave_Waiting_GivesThePlaceUp()
    {
        await FillAsync();
        await using var carol = Enter("carol");
        await carol.NextAsync();

        Admissions.Leave(KeyOf("carol"));

        Assert.IsType<Admission.Left>(await carol.NextAsync());
        Assert.Empty(Admissions.Current.Queue);
    }

    [Fact]
    public async Task EnterAsync_MoreThanOnePersonMay_SaysWhichAndGoesOnWhenOneEnds()
    {
        await using var first = Enter("ada");
        await first.InAsync();
        var other = KeyOf("ada") with { LessonId = "other" };
        await using var second = new Entrance(Admissions, other, false);

        var tooMany = Assert.IsType<Admission.TooMany>(await second.NextAsync());
        Assert.Equal((1, KeyOf("ada")), (tooMany.Limit, Assert.Single(tooMany.Others.Keys)));
        // Nobody else waits for them.
        await using var bob = Enter("bob");
        await bob.InAsync();

        await Sessions.CloseAsync(KeyOf("ada"), CancellationToken.None).DefaultTimeout();

        await second.InAsync();
    }

    [Fact]
    public async Task EnterAsync_NoMemory_WaitsUntilThereIsSome()
    {
        _machine.Available = (256 + 99) << 20;
        await using var ada = Enter("ada");
        Assert.Equal(1, Assert.IsType<Admission.Waiting>(await ada.NextAsync()).Place);
        await using var bob = Enter("bob");
        await bob.NextAsync();

        _machine.Available = (256 + 150) << 20;
        _time.Advance(TimeSpan.FromSeconds(2));

        await ada.InAsync();
        // What the first takes does not show in the accounts yet.
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(Sessions.Find(KeyOf("bob")));
        _time.Advance(TimeSpan.FromSeconds(20));
        await bob.InAsync();
    }

    [Fact]
    public async Task EnterAsync_OwnSessionIsOpen_IsInThoughItIsFull()
    {
        await FillAsync();

        await using var again = Enter("ada");

        Assert.Same(Sessions.Find(KeyOf("ada")), await again.InAsync());
    }

    [Fact]
    public void Options_BelowZero_AreRefusedByName()
    {
        var problems = new AdmissionOptions { Sessions = -1, KeepPlace = TimeSpan.FromSeconds(-1) }.Problems("Section");

        Assert.Equal(
            [
                "Section:Sessions is below 0. Set it to 0 or a number above.",
                "Section:KeepPlace is below 0. Set it to a time such as 00:02:00.",
            ],
            problems
        );
    }

    private static LessonSessionKey KeyOf(string learner) => Key with { LearnerId = learner };

    private Entrance Enter(string learner, bool first = false) => new(Admissions, KeyOf(learner), first);

    private async Task FillAsync()
    {
        foreach (var learner in (string[])["ada", "bob"])
        {
            await using var entrance = Enter(learner);
            await entrance.InAsync();
        }
    }

    /// <summary>One page that waits.</summary>
    private sealed class Entrance : IAsyncDisposable
    {
        private readonly CancellationTokenSource _closing = new();
        private readonly Channel<Admission> _seen = Channel.CreateUnbounded<Admission>();
        private readonly IAsyncEnumerator<Admission> _admissions;
        private readonly Task _reading;

        public Entrance(ISessionAdmission admissions, LessonSessionKey key, bool first)
        {
            _admissions = admissions.EnterAsync(key, first, _closing.Token).GetAsyncEnumerator(CancellationToken.None);
            // Begun here: the order in which a test makes them is the order in which they come.
            var begun = _admissions.MoveNextAsync().AsTask();
            _reading = ReadAsync(begun);
        }

        public async Task<Admission> NextAsync() => await _seen.Reader.ReadAsync().AsTask().DefaultTimeout();

        public async Task<Admission.Waiting> UntilWaitingAsync(Func<Admission.Waiting, bool> condition)
        {
            while (true)
                if (await NextAsync() is Admission.Waiting waiting && condition(waiting))
                    return waiting;
        }

        public async Task<ILessonSession> InAsync()
        {
            while (true)
                if (await NextAsync() is Admission.Admitted admitted)
                    return admitted.Session;
        }

        public async ValueTask DisposeAsync()
        {
            await _closing.CancelAsync();
            await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _admissions.DisposeAsync();
        }

        private async Task ReadAsync(Task<bool> next)
        {
            while (await next)
            {
                _seen.Writer.TryWrite(_admissions.Current);
                next = _admissions.MoveNextAsync().AsTask();
            }
        }
    }

    private sealed class FakeMachine : IMachine
    {
        public long Available { get; set; } = 64L << 30;

        public MachineState Read() => new(64L << 30, Available, false, 2, 100 << 20, 0, default, default);
    }
}
