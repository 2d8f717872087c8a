using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Portal.Classroom.Sqlite;

public static class SqliteOptionsExtensions
{
    /// <summary>Keeps the classroom in an SQLite file. A commit is on disk when it returns.</summary>
    public static DbContextOptionsBuilder UsePortalSqlite(this DbContextOptionsBuilder builder, string file)
    {
        var connection = new SqliteConnectionStringBuilder { DataSource = file, ForeignKeys = true }.ToString();
        return builder
            .UseSqlite(connection, sqlite => sqlite.MigrationsAssembly(typeof(SqliteOptionsExtensions).Assembly.GetName().Name))
            .AddInterceptors(DurableConnections.Instance);
    }
}
