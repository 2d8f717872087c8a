using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Storage;
using SQLitePCL;

namespace Portal.Classroom.Sqlite;

/// <summary>
/// Begins anew what found the file busy. SQLite itself waits for a writer as long as the connection's time-out says,
/// but not for one that changed what was read meanwhile.
/// </summary>
internal sealed class BusyStrategy(ExecutionStrategyDependencies dependencies)
    : ExecutionStrategy(dependencies, maxRetryCount: 3, maxRetryDelay: TimeSpan.FromSeconds(1))
{
    protected override bool ShouldRetryOn(Exception exception) =>
        exception is SqliteException { SqliteErrorCode: raw.SQLITE_BUSY or raw.SQLITE_LOCKED };
}
