using System.Text;
using Portal.Labs.Sessions;
using Portal.Labs.Tests.Shell;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

/// <summary>Who else sees a session's terminal, and types in it.</summary>
public sealed class SessionGuestTests : SessionFixture
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    [Fact]
    public async Task Guest_Uninvited_SeesAndCannotType()
    {
        var session = await OpenAsync();
        await using var guest = await session.AttachGuestAsync("grace", null, s_none);

        await RefusedAsync(guest);
        await session.AllowGuestAsync("grace", s_none);
        await RefusedAsync(guest);
        await session.AskToTypeAsync("grace", "Grace", s_none);
        await RefusedAsync(guest);

        await RunAsync(session, "echo $((40+2)); ls -a ~");
        var seen = await WorkspaceFixture.ReadUntil(guest, "42");
        Assert.DoesNotContain("forbidden", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guest_Allowed_TypesUntilItIsTakenBack()
    {
        var session = await OpenAsync();
        await using var guest = await session.AttachGuestAsync("grace", null, s_none);
        await using var other = await session.AttachGuestAsync("alan", null, s_none);
        await session.AskToTypeAsync("grace", "Grace", s_none);
        await session.AskToTypeAsync("alan", "Alan", s_none);

        await session.AllowGuestAsync("grace", s_none);

        await guest.WriteAsync("echo from-$((40+2))\r"u8.ToArray(), s_none);
        await WorkspaceFixture.ReadUntil(guest, "from-42");
        await RefusedAsync(other);
        await session.EndGuestAsync("grace", s_none);
        await RefusedAsync(guest);
    }

    [Fact]
    public async Task Guest_PageGoes_TakesTheConsentAlong()
    {
        var session = await OpenAsync();
        var guest = await session.AttachGuestAsync("grace", null, s_none);
        await session.AskToTypeAsync("grace", "Grace", s_none);
        await session.AllowGuestAsync("grace", s_none);

        await guest.DisposeAsync();

        Assert.Empty(session.Current.Guests);
        await using var again = await session.AttachGuestAsync("grace", null, s_none);
        await RefusedAsync(again);
    }

    [Fact]
    public async Task Guest_SessionEnds_TakesTheConsentAlong()
    {
        var session = await OpenAsync();
        await session.AskToTypeAsync("grace", "Grace", s_none);
        await session.AllowGuestAsync("grace", s_none);

        await Sessions.CloseAsync(Key, s_none);

        var next = await OpenAsync();
        await using var guest = await next.AttachGuestAsync("grace", null, s_none);
        await RefusedAsync(guest);
    }

    [Fact]
    public async Task Guest_Resizes_LeavesTheSizeToTheLearner()
    {
        var session = await OpenAsync();
        await using var learner = await session.AttachTerminalAsync(null, 101, 33, s_none);
        await using var guest = await session.AttachGuestAsync("grace", null, s_none);

        await guest.ResizeAsync(20, 5, s_none);

        Assert.Equal(new TerminalSize(101, 33), guest.Size);
        Assert.Equal("33 101\n", await RunAsync(session, "stty size"));
    }

    [Fact]
    public async Task Guest_LearnerResizes_HearsOfIt()
    {
        var session = await OpenAsync();
        await using var learner = await session.AttachTerminalAsync(null, 101, 33, s_none);
        await using var guest = await session.AttachGuestAsync("grace/1", null, s_none);
        await using var pieces = guest.Output.GetAsyncEnumerator(s_none);
        await pieces.MoveNextAsync().AsTask().DefaultTimeout();

        await learner.ResizeAsync(64, 20, s_none);
        await learner.ResizeAsync(64, 20, s_none);

        while (guest.Size == new TerminalSize(101, 33)) await pieces.MoveNextAsync().AsTask().DefaultTimeout();
        Assert.Equal(new TerminalSize(64, 20), guest.Size);
        while (pieces.Current.Length > 0) await pieces.MoveNextAsync().AsTask().DefaultTimeout();
    }

    [Fact]
    public async Task People_ComeAndGo_AreShownWithWhoTypes()
    {
        var session = await OpenAsync();
        var ada = new SessionPerson("ada", "Ada", IsLearner: true);
        var grace = new SessionPerson("grace", "Grace", IsLearner: false);
        await using var first = await session.EnterAsync(ada, s_none);
        var second = await session.EnterAsync(ada, s_none);
        var looking = await session.EnterAsync(grace, s_none);
        Assert.Equal([ada with { Pages = 2 }, grace], session.Current.People);

        await session.AskToTypeAsync("grace/page", "Grace", s_none);
        await session.AllowGuestAsync("grace/page", s_none);
        await second.DisposeAsync();
        await second.DisposeAsync();

        Assert.Equal([ada, grace with { MayType = true }], session.Current.People);
        Assert.Equal(session.Current.People, Factory.Activities.Current[Key].People);
        await session.EndGuestAsync("grace/page", s_none);
        Assert.Equal([ada, grace], Factory.Activities.Current[Key].People);
        await RunAsync(session, "echo 1");
        Assert.Equal([ada, grace], Factory.Activities.Current[Key].People);
        await looking.DisposeAsync();
        Assert.Equal([ada], Factory.Activities.Current[Key].People);
    }

    [Fact]
    public async Task Terminals_OpenedByTheLearner_AreShownAndTheGuestSeesAndTypesInEachWithOneConsent()
    {
        var session = await OpenAsync();
        var id = await session.OpenTerminalAsync(s_none);
        await Until(session, s => s.Terminals is [{ Number: 2 } terminal] && terminal.Id == id);
        await using var learner = await session.AttachTerminalAsync(id, 80, 24, s_none);
        await learner.WriteAsync("echo in-$((40+2))\r"u8.ToArray(), s_none);
        await using var first = await session.AttachGuestAsync("grace", null, s_none);
        var second = await session.AttachGuestAsync("grace", id, s_none);

        await WorkspaceFixture.ReadUntil(second, "in-42");
        await RefusedAsync(second);
        await session.AskToTypeAsync("grace", "Grace", s_none);
        await session.AllowGuestAsync("grace", s_none);
        await second.WriteAsync("echo and-$((40+2))\r"u8.ToArray(), s_none);
        await WorkspaceFixture.ReadUntil(learner, "and-42");

        await second.DisposeAsync();
        await second.DisposeAsync();
        Assert.True(Assert.Single(session.Current.Guests).MayType);
        await first.DisposeAsync();
        Assert.Empty(session.Current.Guests);
    }

    [Fact]
    public async Task Terminals_Closed_AreGoneAndAttachNoMore()
    {
        var session = await OpenAsync();
        var id = await session.OpenTerminalAsync(s_none);

        await session.CloseTerminalAsync(id, s_none);

        await Until(session, s => s.Terminals.IsEmpty);
        await Assert.ThrowsAsync<RunRefusedException>(() => session.AttachTerminalAsync(id, 80, 24, s_none));
        await session.CloseTerminalAsync(id, s_none);
        await session.OpenTerminalAsync(s_none);
        await session.ResetAsync(s_none);
        await Until(session, s => s.Terminals.IsEmpty && s.Workspace.Phase == WorkspacePhase.Ready);
    }

    private static async Task RefusedAsync(ITerminalAttachment terminal) =>
        await Assert.ThrowsAsync<RunRefusedException>(async () =>
            await terminal.WriteAsync(Encoding.UTF8.GetBytes("echo forbidden\r"), s_none)
        );

    private static async Task<string> RunAsync(ILessonSession session, string code)
    {
        await session.RunAsync("step-2/make", new RunOptions(Code: code), s_none);
        var done = await Until(
            session,
            s => s.Runs.TryGetValue("step-2/make", out var run) && run.Phase == RunPhase.Succeeded
        );
        return done.Runs["step-2/make"].Commands[0].Output;
    }
}
