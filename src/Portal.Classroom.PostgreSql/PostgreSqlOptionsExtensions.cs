using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Portal.Classroom.PostgreSql;

public static class PostgreSqlOptionsExtensions
{
    private const int Retries = 3;

    /// <summary>Keeps the classroom in a PostgreSQL database.</summary>
    /// <param name="password">In place of one in the connection string; null to leave that as it is.</param>
    public static DbContextOptionsBuilder UsePortalPostgreSql(
        this DbContextOptionsBuilder builder,
        string connectionString,
        string? password = null
    )
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        if (!string.IsNullOrEmpty(password)) connection.Password = password;
        return builder.UseNpgsql(
            connection.ConnectionString,
            npgsql =>
                npgsql
                    .MigrationsAssembly(typeof(PostgreSqlOptionsExtensions).Assembly.GetName().Name)
                    .EnableRetryOnFailure(Retries, maxRetryDelay: TimeSpan.FromSeconds(1), errorCodesToAdd: null)
        );
    }
}
