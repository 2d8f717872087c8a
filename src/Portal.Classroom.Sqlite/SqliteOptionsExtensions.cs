using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Portal.Classroom.Sqlite;

public static class SqliteOptionsExtensions
{
    private const int BusySeconds = 5;

    /// <summary>Keeps the classroom in an SQLite file. A commit is on disk when it returns.</summary>
    public static DbContextOptionsBuilder UsePortalSqlite(this DbContextOptionsBuilder builder, string file)
    {
        var connection = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            ForeignKeys = true,
            DefaultTimeout = BusySeconds,
        };
        return builder
            .UseSqlite(
                connection.ToString(),
                sqlite =>
                    sqlite
                        .MigrationsAssembly(typeof(SqliteOptionsExtensions).Assembly.GetName().Name)
                        .ExecutionStrategy(dependencies => new BusyStrategy(dependencies))
            )
            .AddInterceptors(DurableConnections.Instance);
    }
}
