using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Portal.Classroom.Sqlite;

/// <summary>
/// A write-ahead log lets readers go on beside a writer. With one, SQLite may be asked to skip the flush at commit; a
/// learner's pass must outlive a crash, so every connection says otherwise whatever the library was built with.
/// </summary>
internal sealed class DurableConnections : DbConnectionInterceptor
{

    public static DurableConnections Instance { get; } = new();

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Pragmas(connection);
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Pragmas(connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>EF Core looks whether the database exists through a connection that may write nothing.</summary>
    private static string Pragmas(DbConnection connection) =>
        new SqliteConnectionStringBuilder(connection.ConnectionString).Mode == SqliteOpenMode.ReadOnly
            ? "PRAGMA synchronous=FULL;"
            : "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;";
}
