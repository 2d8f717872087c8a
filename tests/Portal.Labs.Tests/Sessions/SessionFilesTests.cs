using Portal.Labs.Editing;
using Portal.Labs.Sessions;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

/// <summary>What the editor does with a session.</summary>
public sealed class SessionFilesTests : SessionFixture
{
    private const string File = "manifests/ns.yaml";

    [Fact]
    public async Task ApplyFileAsync_Manifest_RunsAsTheLearnerWouldTypeItAndIsTold()
    {
        var session = await OpenAsync();
        await session.WriteFileAsync(File, "kind: Namespace\n", null, false, CancellationToken.None).DefaultTimeout();

        await session.ApplyFileAsync(File, preview: false, CancellationToken.None).DefaultTimeout();

        var run = await UntilRan(session, ManifestRun.BlockId);
        Assert.Equal(RunPhase.Succeeded, run.Phase);
        Assert.Equal($"kubectl apply -f ~/l/{File}", Assert.Single(run.Commands).Text);
        await Eventually.True(() =>
            Factory.Activities.Current.GetValueOrDefault(Key)?.Last?.Text == run.Commands[0].Text
        );
    }

    [Fact]
    public async Task ApplyFileAsync_Preview_OnlyTriesIt()
    {
        var session = await OpenAsync();
        await session.WriteFileAsync(File, "kind: Namespace\n", null, false, CancellationToken.None).DefaultTimeout();

        await session.ApplyFileAsync(File, preview: true, CancellationToken.None).DefaultTimeout();

        var shown = await Until(
            session,
            s => s.Previews.GetValueOrDefault(ManifestRun.BlockId)?.Phase == RunPhase.Succeeded
        );
        Assert.Equal(
            $"kubectl diff -f ~/l/{File}",
            Assert.Single(shown.Previews[ManifestRun.BlockId].Commands).Text
        );
        Assert.DoesNotContain(ManifestRun.BlockId, shown.Runs.Keys);
    }

    [Fact]
    public async Task Files_BeforeTheWorkspaceIsReady_AreRefused()
    {
        var session = await OpenAsync(ready: false);

        await Assert.ThrowsAsync<RunRefusedException>(() => session.ListFilesAsync(CancellationToken.None));
        Provider.Ready.SetResult();
    }

    [Theory]
    [InlineData("metadata: {name: a}", " -n shop")]
    [InlineData("metadata: {name: a, namespace: b}", "")]
    [InlineData("a: [", " -n shop")]
    [InlineData("a: 1\n---\nmetadata:\n  namespace: b\n", "")]
    public void CommandFor_Namespace_IsTheLessonsUnlessTheObjectNamesOne(string text, string place)
    {
        var lesson = new Content.Model.Lesson
        {
            CourseId = "c", Id = "l", Title = "", Namespace = "shop", Directory = "/nowhere",
        };

        Assert.Equal(
            $"kubectl apply -f ~/l/{File}{place}",
            ManifestRun.CommandFor(lesson, "/home/learner/l", File, text)
        );
    }
}
