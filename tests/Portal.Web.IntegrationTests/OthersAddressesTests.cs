using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Classes;
using Portal.Labs.Sessions;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>Addresses that name somebody else: who opens them sees what is their own, or nothing.</summary>
public sealed class OthersAddressesTests(ListeningClass portal) : IClassFixture<ListeningClass>
{
    private const string Lesson = "/learn/course/lesson";
    private static int s_people;

    [Theory]
    [InlineData("learner={id}&learnerId={id}&LearnerId={id}")]
    [InlineData("user={id}&userId={id}&PersonId={id}&person={id}")]
    [InlineData("workspace={workspace}&workspaceId={workspace}&session={workspace}")]
    [InlineData("ClassId={class}&class={class}&key={id}/course/lesson")]
    public async Task Lesson_QueryThatNamesAnother_OpensTheOwnSession(string query)
    {
        var ada = await AnotherAsync(Name("ada"));
        var name = Name("eve");
        using var eve = await portal.SignInPersonAsync(name);
        var path = $"{Lesson}?{ada.Fill(query)}";
        var opened = portal.Sessions.Opened.Count;

        var page = await eve.GetStringAsync(path);
        await using var circuit = await portal.ConnectAsync(eve);
        await circuit.StartAsync(portal.Address, path);
        await circuit.AddComponentsAsync(page);
        await circuit.RenderUntilAsync(() => portal.Sessions.Opened.Count > opened);

        Assert.DoesNotContain(ada.Name, page, StringComparison.Ordinal);
        Assert.Equal(
            [await portal.IdOfAsync(name)],
            portal.Sessions.Opened.Skip(opened).Select(k => k.LearnerId)
        );
    }

    [Theory]
    [InlineData("/learn/course/lesson/{id}", HttpStatusCode.NotFound)]
    [InlineData("/learn/{id}/course/lesson", HttpStatusCode.NotFound)]
    [InlineData("/learn/{id}/lesson", HttpStatusCode.OK)] // a course that there is not
    [InlineData("/learn/course/lesson%2f..%2f{id}", HttpStatusCode.OK)] // a lesson that there is not
    [InlineData("/?learnerId={id}", HttpStatusCode.OK)]
    [InlineData("/account?learnerId={id}&user={id}", HttpStatusCode.OK)]
    [InlineData("/account/{id}", HttpStatusCode.NotFound)]
    [InlineData("/board/{class}", HttpStatusCode.Forbidden)]
    [InlineData("/class/{class}/report", HttpStatusCode.Forbidden)]
    [InlineData("/board/{class}?learner={id}&open={id}", HttpStatusCode.Forbidden)]
    [InlineData("/board/{class}/{id}", HttpStatusCode.NotFound)]
    [InlineData("/class/{class}", HttpStatusCode.Forbidden)]
    [InlineData("/class/{class}/learner/{id}/course/lesson", HttpStatusCode.Forbidden)]
    [InlineData("/people/{id}", HttpStatusCode.Forbidden)]
    [InlineData("/ports/{workspace}/8080", HttpStatusCode.NotFound)]
    public async Task Address_OfAnother_ShowsNothingOfThem(string address, HttpStatusCode expected)
    {
        var ada = await AnotherAsync(Name("ada"));
        using var eve = await portal.SignInPersonAsync(Name("eve"));

        using var response = await eve.GetAsync(new Uri(ada.Fill(address), UriKind.Relative));

        Assert.Equal(expected, response.StatusCode);
        Assert.DoesNotContain(ada.Name, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static string Name(string name) => name + Interlocked.Increment(ref s_people);

    /// <summary>A learner in a class of somebody else, with a session.</summary>
    private async Task<Another> AnotherAsync(string userName)
    {
        using var client = await portal.SignInPersonAsync(userName);
        var id = await portal.IdOfAsync(userName);
        var made = await portal.MakeClassAsync("Class of " + userName, userName);
        await portal
            .Services.GetRequiredService<IClasses>()
            .EnrolAsync(made.Id, id, CancellationToken.None);
        var session = await portal.Sessions.OpenAsync(
            new LessonSessionKey(id, "course", "lesson"),
            CancellationToken.None
        );
        return new Another("Person " + userName, id, made.Id, session.WorkspaceId);
    }

    private sealed record Another(string Name, string Id, string Class, string Workspace)
    {
        public string Fill(string address) =>
            address
                .Replace("{id}", Id, StringComparison.Ordinal)
                .Replace("{class}", Class, StringComparison.Ordinal)
                .Replace("{workspace}", Workspace, StringComparison.Ordinal);
    }
}
