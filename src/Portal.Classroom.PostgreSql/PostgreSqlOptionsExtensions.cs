using Microsoft.EntityFrameworkCore;

namespace Portal.Classroom.PostgreSql;

public static class PostgreSqlOptionsExtensions
{
    /// <summary>Keeps the classroom in a PostgreSQL database.</summary>
    public static DbContextOptionsBuilder UsePortalPostgreSql(this DbContextOptionsBuilder builder, string connectionString) =>
        builder.UseNpgsql(connectionString, npgsql => npgsql.MigrationsAssembly(typeof(PostgreSqlOptionsExtensions).Assembly.GetName().Name));
}
