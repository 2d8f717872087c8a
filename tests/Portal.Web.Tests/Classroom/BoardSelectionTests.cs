using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Board;
using Portal.Content;
using Portal.Labs.Sessions;
using Portal.Testing.Lessons;
using Portal.Web.Components.Classroom;
using Xunit;

namespace Portal.Web.Tests.Classroom;

/// <summary>What is done with several sessions at once.</summary>
public sealed class BoardSelectionTests : LessonContext
{
    private readonly FakeLessonSessions _sessions;
    private readonly FakeClassroom _classroom = new();

    public BoardSelectionTests()
    {
        var catalog = new FakeCourseCatalog().Add(Lesson);
        Services.AddSingleton<ICourseCatalog>(catalog);
        Services.AddSingleton<ILessonSessions>(_sessions = new FakeLessonSessions(catalog));
        _classroom.AddTo(Services);
    }

    [Fact]
    public async Task Reset_Confirmed_ResetsThoseWhoAreSelectedOnly()
    {
        var (ada, bea) = (await OpenAsync("ada"), await OpenAsync("bea"));
        var cut = RenderSelected("ada", "cleo");

        await Button(cut, "Reset clusters").ClickAsync(new());
        Assert.Empty(ada.Calls);
        await Button(cut, "Reset clusters").ClickAsync(new());

        cut.WaitForAssertion(() =>
            Assert.Contains("1 of 2 reset. 1 had no session open.", cut.Markup, StringComparison.Ordinal)
        );
        Assert.Equal("reset", Assert.Single(ada.Calls));
        Assert.Empty(bea.Calls);
    }

    [Fact]
    public async Task End_Cancelled_EndsNothing()
    {
        await OpenAsync("ada");
        var cut = RenderSelected("ada");

        await Button(cut, "End sessions").ClickAsync(new());
        await Button(cut, "Cancel").ClickAsync(new());

        Assert.NotNull(_sessions.Find(Key("ada")));
        await Button(cut, "End sessions").ClickAsync(new());
        await Button(cut, "End sessions").ClickAsync(new());
        cut.WaitForAssertion(() => Assert.Null(_sessions.Find(Key("ada"))));
    }

    [Fact]
    public async Task Reset_NoLongerTheirClass_IsRefused()
    {
        var ada = await OpenAsync("ada");
        var cut = RenderSelected("ada");
        _classroom.Instructs = false;

        await Button(cut, "Reset clusters").ClickAsync(new());
        await Button(cut, "Reset clusters").ClickAsync(new());

        cut.WaitForAssertion(() =>
            Assert.Contains("do not teach this class any more", cut.Markup, StringComparison.Ordinal)
        );
        Assert.Empty(ada.Calls);
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<BoardSelection> cut, string text) =>
        cut.FindAll("button").First(b => b.TextContent == text);

    private IRenderedComponent<BoardSelection> RenderSelected(params string[] learners) =>
        Render<BoardSelection>(p =>
            p.Add(
                    s => s.Board,
                    new ClassBoard
                    {
                        ClassId = "class-0",
                        Name = "Monday",
                        JoinCode = "ABC",
                        CourseId = "course",
                        LessonId = "lesson",
                        At = DateTimeOffset.UnixEpoch,
                    }
                )
                .Add(s => s.Selected, learners)
        );

    private async Task<FakeLessonSession> OpenAsync(string learner) =>
        (FakeLessonSession)await _sessions.OpenAsync(Key(learner), CancellationToken.None);

    private static LessonSessionKey Key(string learner) => new(learner, "course", "lesson");
}
