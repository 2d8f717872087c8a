using Portal.Testing;
using Xunit;

namespace Portal.Classroom.Tests;

public sealed class LearnerServiceTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task AddAsync_NewName_IsListed()
    {
        await using var host = await ClassroomHost.StartSqliteAsync(Path.Combine(_directory.Path, "portal.db"));

        var added = await host.Learners.AddAsync("  Bea ", CancellationToken.None);

        Assert.Equal("Bea", added.Name);
        Assert.Equal(["Bea"], (await host.Learners.ListAsync(CancellationToken.None)).Select(l => l.Name));
    }

    [Theory]
    [InlineData("", "Give the learner a name.")]
    [InlineData(
        "Bea",
        "There is already a learner called 'Bea', or by a name that looks the same. Choose another name."
    )]
    public async Task AddAsync_UnusableName_SaysWhy(string name, string message)
    {
        await using var host = await ClassroomHost.StartSqliteAsync(Path.Combine(_directory.Path, "portal.db"));
        await host.Learners.AddAsync("Bea", CancellationToken.None);

        var e = await Assert.ThrowsAsync<ClassroomException>(() => host.Learners.AddAsync(name, CancellationToken.None));

        Assert.Equal(message, e.Message);
    }

    [Fact]
    public async Task EnsureAsync_CalledByManyAtOnce_MakesOneLearner()
    {
        await using var host = await ClassroomHost.StartSqliteAsync(Path.Combine(_directory.Path, "portal.db"));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => host.Learners.EnsureAsync("you", "You", CancellationToken.None))));

        Assert.Single(await host.Learners.ListAsync(CancellationToken.None));
    }

    [Fact]
    public async Task RenameAsync_KnownLearner_ChangesTheName()
    {
        await using var host = await ClassroomHost.StartSqliteAsync(Path.Combine(_directory.Path, "portal.db"));
        var learner = await host.Learners.AddAsync("Bea", CancellationToken.None);

        await host.Learners.RenameAsync(learner.Id, "Beatrice", CancellationToken.None);

        Assert.Equal("Beatrice", (await host.Learners.FindAsync(learner.Id, CancellationToken.None))?.Name);
    }
}
