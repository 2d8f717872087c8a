using Microsoft.AspNetCore.Identity;
using Portal.Classroom;
using Portal.Classroom.Model;
using Portal.Classroom.Platforms;
using Portal.Classroom.Progress;
using Portal.Content;
using Portal.Web.Components.Lessons;
using Portal.Web.Identity.Accounts;
using Portal.Web.Lti.Scores;

namespace Portal.Web.Lti;

/// <summary>
/// Lets in whom a platform sent: the person, their class, their place in it. Somebody is known by platform and subject
/// alone, and is at most an instructor of that class.
/// </summary>
internal sealed class LaunchEntry(
    SignInManager<PortalUser> signIn,
    PortalAccounts accounts,
    IPlatformClasses classes,
    IPlatformScores scores,
    ScoreService sender,
    ICourseCatalog catalog,
    TimeProvider time,
    ILogger<LaunchEntry> logger
)
{
    private const string Provider = "lti";

    // Somebody who clicks twice is one person. The database belongs to this process.
    private static readonly SemaphoreSlim s_gate = new(1);

    /// <returns>Where to go.</returns>
    /// <exception cref="LaunchRefusedException">There is no such lesson, or they may not sign in.</exception>
    public async Task<string> EnterAsync(LtiMessage message, CancellationToken cancellationToken)
    {
        var named = message.Lesson;
        if (
            named?.Split('/') is not [var course, var lesson]
            || catalog.FindLesson(course, lesson) is not { } found
        )
        {
            throw new LaunchRefusedException(
                (named is null ? "The link does not say which lesson it leads to." : $"There is no lesson '{named}'.")
                    + " Your instructor can choose one: edit the link in the platform, or give it the parameter "
                    + "lesson=course/lesson."
            );
        }
        var user = await FindAsync(message, cancellationToken);
        if (await signIn.UserManager.IsLockedOutAsync(user))
            throw new LaunchRefusedException("Your account here may not sign in now. Ask your instructor.");
        var place = ScorePlace.Of(message);
        if (place.Problem is not null)
            Log.ScoresNowhere(logger, place.Problem);
        var entered = await EnterAsync(message, user, found, place.Problem, cancellationToken);
        if (!message.Teaches && place.Problem is null)
            await RememberScoreAsync(message, user, entered, found, place, cancellationToken);
        await signIn.SignInAsync(user, isPersistent: false);
        return LessonAddress.Of(found);
    }

    private async Task<PortalUser> FindAsync(LtiMessage message, CancellationToken cancellationToken)
    {
        var login = new UserLoginInfo(
            Provider,
            LtiPlatform.HashOf(message.Platform.Issuer, message.Subject!),
            message.Platform.Name
        );
        await s_gate.WaitAsync(cancellationToken);
        try
        {
            return await signIn.UserManager.FindByLoginAsync(login.LoginProvider, login.ProviderKey)
                ?? await accounts.AddExternalAsync(login, message.Name, userName: null);
        }
        finally
        {
            s_gate.Release();
        }
    }

    private async Task<SchoolClass> EnterAsync(
        LtiMessage message,
        PortalUser user,
        Content.Model.Lesson lesson,
        string? scoreProblem,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await classes.EnterAsync(
                new PlatformEntry(
                    LtiPlatform.HashOf(message.Platform.Key, message.DeploymentId!, message.ContextId),
                    message.ContextTitle,
                    lesson.CourseId,
                    lesson.Id,
                    lesson.Title,
                    user.Id,
                    message.Name,
                    message.Teaches,
                    scoreProblem
                ),
                cancellationToken
            );
        }
        catch (ClassroomException e)
        {
            throw new LaunchRefusedException(e.Message, e);
        }
    }

    private async Task RememberScoreAsync(
        LtiMessage message,
        PortalUser user,
        SchoolClass entered,
        Content.Model.Lesson lesson,
        ScorePlace place,
        CancellationToken cancellationToken
    )
    {
        var title = string.IsNullOrWhiteSpace(message.LinkTitle) ? lesson.Title : message.LinkTitle;
        await scores.RememberAsync(
            new PlatformScore
            {
                Id = LtiPlatform.HashOf(message.Platform.Key, message.DeploymentId!, message.LinkId!, user.Id),
                PlatformKey = message.Platform.Key,
                LearnerId = user.Id,
                ClassId = entered.Id,
                CourseId = entered.CourseId,
                LessonId = entered.LessonId,
                UserId = message.Subject!,
                LineItem = place.LineItem,
                LineItems = place.LineItems,
                LinkId = place.LineItems is null ? null : message.LinkId,
                Title = place.LineItems is null ? null : title[..Math.Min(title.Length, PlatformScore.TitleMaxLength)],
                NextAt = time.GetUtcNow(),
            },
            cancellationToken
        );
        sender.Look(new ProgressKey(user.Id, entered.CourseId, entered.LessonId));
    }
}
