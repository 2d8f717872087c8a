using System.Collections.Immutable;
using Bunit;
using Portal.Classroom.Board;
using Portal.Labs.Sessions;
using Portal.Web.Components.Classroom.Model;
using Portal.Web.Components.Help;
using Portal.Web.Components.Shared.Text;
using Xunit;

namespace Portal.Web.Tests.Classroom;

/// <summary>Who is in a session, on the learner's page and on the board.</summary>
public sealed class SessionPeopleTests : LessonContext
{
    private static readonly ImmutableArray<SessionPerson> s_people =
    [
        new("ada", "Ada", IsLearner: true, Pages: 2),
        new("grace", "Grace", IsLearner: false, MayType: true),
        new("rosa", "Rosa", IsLearner: false),
    ];

    [Theory]
    [InlineData(null, "Grace types · Rosa looks on · open on 2 pages")]
    [InlineData("grace", "Rosa looks on · open on 2 pages")]
    public void Page_SeveralPeople_NamesTheOthers(string? viewer, string words)
    {
        var cut = Render<SessionPeople>(p => p.Add(s => s.People, s_people).Add(s => s.ViewerId, viewer));

        Assert.Equal(words, cut.Find("[role=status]").TextContent);
    }

    [Fact]
    public void Page_LearnerAlone_SaysNothing()
    {
        var cut = Render<SessionPeople>(p => p.Add(s => s.People, [new("ada", "Ada", IsLearner: true)]));

        Assert.Empty(cut.Find("[role=status]").Children);
    }

    [Theory]
    [InlineData(false, "2 pages · Grace types · Rosa looks on")]
    [InlineData(true, "2 pages · an instructor types · an instructor looks on")]
    public void Board_SeveralPeople_NamesThemUnlessNamesAreHidden(bool hidden, string words)
    {
        var board = new ClassBoard
        {
            ClassId = "class-0",
            Name = "Monday",
            JoinCode = "ABC",
            CourseId = "course",
            LessonId = "lesson",
            At = DateTimeOffset.UnixEpoch,
            Learners = [new LearnerRow { LearnerId = "ada", Name = "Ada" }],
        };
        var builder = new BoardModelBuilder(board, Lesson.Sections, new BoardView { Hidden = hidden })
        {
            Activities = ImmutableDictionary<LessonSessionKey, SessionActivity>.Empty.Add(
                new("ada", "course", "lesson"),
                new SessionActivity(DateTimeOffset.UnixEpoch) { People = s_people }
            ),
        };

        Assert.Equal(words, builder.Build().Rows[0].Company);
    }

    [Theory]
    [InlineData("ada lovelace", "A", "AL")]
    [InlineData("\U0001F469\u200D\U0001F52C Kim", "\U0001F469\u200D\U0001F52C", "\U0001F469\u200D\U0001F52CK")]
    [InlineData("\U00020BB7\u7530", "\U00020BB7", "\U00020BB7")]
    [InlineData("e\u0301milie", "E\u0301", "E\u0301")]
    public void Initials_AreWholeLetters(string name, string first, string both)
    {
        Assert.Equal(first, Initials.First(name));
        Assert.Equal(both, Initials.Of(name));
    }
}
