using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Xunit;

namespace Portal.Classroom.Tests;

public sealed class PostgreSqlTests
{
    [Fact]
    public async Task RecordCheckAsync_OnPostgreSql_IsLoadedAgain()
    {
        var key = new ProgressKey(Guid.NewGuid().ToString("N"), "course", "lesson");

        await using (var host = await ClassroomHost.StartPostgreSqlAsync())
        {
            await host.Progress.RecordCheckAsync(key, new CheckFact("exercise-1", "canary", CheckStatus.Passed, 3, null, "{}", DateTimeOffset.UnixEpoch), CancellationToken.None);
        }

        await using var again = await ClassroomHost.StartPostgreSqlAsync();
        Assert.Equal(3, Assert.Single((await again.Progress.LoadAsync(key, CancellationToken.None)).Checks).Points);
    }
}
