using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Xunit;

namespace Portal.Classroom.Tests;

public abstract class LearnerServiceTests(DatabaseKind kind) : DatabaseTests(kind)
{
    [Fact]
    public async Task AddAsync_NewName_IsListed()
    {
        await using var host = await StartAsync();

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
        await using var host = await StartAsync();
        await host.Learners.AddAsync("Bea", CancellationToken.None);

        var e = await Assert.ThrowsAsync<ClassroomException>(() => host.Learners.AddAsync(name, CancellationToken.None));

        Assert.Equal(message, e.Message);
    }

    [Fact]
    public async Task EnsureAsync_CalledByManyAtOnce_MakesOneLearner()
    {
        await using var host = await StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => host.Learners.EnsureAsync("you", "You", CancellationToken.None))));

        Assert.Single(await host.Learners.ListAsync(CancellationToken.None));
    }

    [Fact]
    public async Task RenameAsync_KnownLearner_ChangesTheName()
    {
        await using var host = await StartAsync();
        var learner = await host.Learners.AddAsync("Bea", CancellationToken.None);

        await host.Learners.RenameAsync(learner.Id, "Beatrice", CancellationToken.None);

        Assert.Equal("Beatrice", (await host.Learners.FindAsync(learner.Id, CancellationToken.None))?.Name);
    }

    [Fact]
    public async Task RemoveAsync_SomebodyWhoDidEverything_LeavesNothingOfThem()
    {
        await using var host = await StartAsync();
        var ada = await host.Learners.AddAsync("Ada", CancellationToken.None);
        var bea = await host.Learners.AddAsync("Bea", CancellationToken.None);
        foreach (var learner in (Learner[])[ada, bea])
            await WorkAsync(host, learner);

        await host.Learners.RemoveAsync(ada.Id, bea.Id, CancellationToken.None);

        await using var db = await host.Database.CreateDbContextAsync();
        Assert.Equal(["Bea"], await db.Learners.Select(l => l.Name).ToListAsync());
        Assert.Equal([bea.Id], await db.Users.Select(u => u.Id).ToListAsync());
        Assert.Equal([bea.Id], await db.UserLogins.Select(l => l.UserId).ToListAsync());
        Assert.Equal([bea.Id], await db.UserTokens.Select(t => t.UserId).ToListAsync());
        Assert.Equal([bea.Id], await db.UserPasskeys.Select(p => p.UserId).ToListAsync());
        Assert.Equal([bea.Id], await db.Sections.Select(s => s.LearnerId).ToListAsync());
        Assert.Equal([bea.Id], await db.Runs.Select(r => r.LearnerId).ToListAsync());
        Assert.Equal([bea.Id], await db.Checks.Select(c => c.LearnerId).ToListAsync());
        Assert.Equal([bea.Id], await db.Evidence.Select(e => e.LearnerId).ToListAsync());
        Assert.Equal([bea.Id], await db.Enrolments.Select(e => e.LearnerId).ToListAsync());
    }

    [Fact]
    public async Task RemoveAsync_OnlyInstructor_LeavesTheClassToTheHeir()
    {
        await using var host = await StartAsync();
        var (ada, bea, root) = (
            await host.Learners.AddAsync("Ada", CancellationToken.None),
            await host.Learners.AddAsync("Bea", CancellationToken.None),
            await host.Learners.AddAsync("Root", CancellationToken.None)
        );
        var alone = await host.Classes.CreateAsync("Alone", "course", "lesson", ada.Id, CancellationToken.None);
        var shared = await host.Classes.CreateAsync("Shared", "course", "lesson", ada.Id, CancellationToken.None);
        await host.Classes.AddInstructorAsync(shared.Id, bea.Id, CancellationToken.None);

        await host.Learners.RemoveAsync(ada.Id, root.Id, CancellationToken.None);

        var kept = await host.Classes.ListAsync(CancellationToken.None);
        Assert.Equal([root.Id], kept.Single(c => c.Id == alone.Id).Instructors.Select(i => i.LearnerId));
        Assert.Equal([bea.Id], kept.Single(c => c.Id == shared.Id).Instructors.Select(i => i.LearnerId));
    }

    /// <summary>A row of each kind.</summary>
    private static async Task WorkAsync(ClassroomHost host, Learner learner)
    {
        var key = new ProgressKey(learner.Id, "course", "lesson");
        var now = DateTimeOffset.UnixEpoch;
        await host.Progress.RecordSectionAsync(
            key,
            new SectionFact("step-1", "step", SectionStatus.InProgress, now),
            CancellationToken.None
        );
        await host.Progress.RecordRunAsync(
            key,
            new RunFact("step-1/1", "step-1", RunStatus.Succeeded, -1, TimeSpan.Zero, now),
            CancellationToken.None
        );
        await host.Progress.RecordCheckAsync(
            key,
            new CheckFact("check", "step-1", CheckStatus.Passed, 1, null, "{}", now),
            CancellationToken.None
        );
        var made = await host.Classes.CreateAsync("Class", "course", "lesson", learner.Id, CancellationToken.None);
        await host.Classes.EnrolAsync(made.Id, learner.Id, CancellationToken.None);
        await using var db = await host.Database.CreateDbContextAsync();
        db.Attach(learner);
        db.Users.Add(new PortalUser { Id = learner.Id, UserName = learner.Name, Learner = learner });
        db.UserLogins.Add(new() { UserId = learner.Id, LoginProvider = "school", ProviderKey = learner.Id });
        db.UserTokens.Add(new() { UserId = learner.Id, LoginProvider = "school", Name = "token" });
        db.UserPasskeys.Add(
            new IdentityUserPasskey<string>
            {
                UserId = learner.Id,
                CredentialId = System.Text.Encoding.UTF8.GetBytes(learner.Id),
                Data = new() { PublicKey = [], AttestationObject = [], ClientDataJson = [] },
            }
        );
        await db.SaveChangesAsync();
    }
}

public sealed class SqliteLearnerServiceTests() : LearnerServiceTests(DatabaseKind.Sqlite);

public sealed class PostgreSqlLearnerServiceTests() : LearnerServiceTests(DatabaseKind.PostgreSql);
