using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Portal.Classroom.Data;

namespace Portal.Classroom.PostgreSql;

/// <summary>Used by <c>dotnet ef migrations add</c> only.</summary>
internal sealed class PostgreSqlDesignTimeFactory : IDesignTimeDbContextFactory<PortalDbContext>
{
    public PortalDbContext CreateDbContext(string[] args)
    {
        var builder = new DbContextOptionsBuilder<PortalDbContext>();
        builder.UsePortalPostgreSql("Host=localhost;Database=portal");
        return new PortalDbContext(builder.Options);
    }
}
