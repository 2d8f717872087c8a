using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portal.Classroom.Board;
using Portal.Classroom.Classes;
using Portal.Classroom.Data;
using Portal.Classroom.Learners;
using Portal.Classroom.Progress;
using Portal.Classroom.PostgreSql;
using Portal.Classroom.Sqlite;

namespace Portal.Classroom.Tests;

/// <summary>The classroom's services on a database, as the portal's host starts them.</summary>
internal sealed class ClassroomHost : IAsyncDisposable
{
    private readonly IHost _host;

    private ClassroomHost(IHost host) => _host = host;

    public ILearners Learners => _host.Services.GetRequiredService<ILearners>();
    public IClasses Classes => _host.Services.GetRequiredService<IClasses>();
    public IProgressService Progress => _host.Services.GetRequiredService<IProgressService>();
    public IClassBoard Board => _host.Services.GetRequiredService<IClassBoard>();
    public IPresence Presence => _host.Services.GetRequiredService<IPresence>();
    public IDbContextFactory<PortalDbContext> Database => _host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>();

    public static Task<ClassroomHost> StartSqliteAsync(string file, TimeProvider? time = null) =>
        StartAsync(options => options.UsePortalSqlite(file), time);

    public static Task<ClassroomHost> StartPostgreSqlAsync(string connectionString) =>
        StartAsync(options => options.UsePortalPostgreSql(connectionString), null);

    private static async Task<ClassroomHost> StartAsync(Action<DbContextOptionsBuilder> database, TimeProvider? time)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        if (time is not null) builder.Services.AddSingleton(time);
        builder.Services.AddPortalClassroom((_, options) => database(options));
        var host = builder.Build();
        await host.StartAsync();
        return new ClassroomHost(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
