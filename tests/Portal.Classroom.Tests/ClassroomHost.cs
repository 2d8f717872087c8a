using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portal.Classroom.Access;
using Portal.Classroom.Board;
using Portal.Classroom.Classes;
using Portal.Classroom.Data;
using Portal.Classroom.Exports;
using Portal.Classroom.Help;
using Portal.Classroom.Invitations;
using Portal.Classroom.Learners;
using Portal.Classroom.Messages;
using Portal.Classroom.Platforms;
using Portal.Classroom.Progress;
using Portal.Classroom.Reports;
using Portal.Classroom.Retention;

namespace Portal.Classroom.Tests;

/// <summary>The classroom's services on a database, as the portal's host starts them.</summary>
internal sealed class ClassroomHost : IAsyncDisposable
{
    private readonly IHost _host;

    private ClassroomHost(IHost host) => _host = host;

    public ILearners Learners => _host.Services.GetRequiredService<ILearners>();
    public IClasses Classes => _host.Services.GetRequiredService<IClasses>();
    public IClassLife Life => _host.Services.GetRequiredService<IClassLife>();
    public ISessionTimes Times => _host.Services.GetRequiredService<ISessionTimes>();
    public IInvitations Invitations => _host.Services.GetRequiredService<IInvitations>();
    public IAccess Access => _host.Services.GetRequiredService<IAccess>();
    public IProgressService Progress => _host.Services.GetRequiredService<IProgressService>();
    public IClassBoard Board => _host.Services.GetRequiredService<IClassBoard>();
    public IPresence Presence => _host.Services.GetRequiredService<IPresence>();
    public IHelpDesk Help => _host.Services.GetRequiredService<IHelpDesk>();
    public IMessages Messages => _host.Services.GetRequiredService<IMessages>();
    public IClassReports Reports => _host.Services.GetRequiredService<IClassReports>();
    public IExports Exports => _host.Services.GetRequiredService<IExports>();
    public IPlatformClasses PlatformClasses => _host.Services.GetRequiredService<IPlatformClasses>();
    public IPlatformScores PlatformScores => _host.Services.GetRequiredService<IPlatformScores>();
    public IRetention Retention => _host.Services.GetRequiredService<IRetention>();
    public IDbContextFactory<PortalDbContext> Database =>
        _host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>();

    public static async Task<ClassroomHost> StartAsync(
        TestDatabase database,
        TimeProvider? time = null,
        IInterceptor? interceptor = null
    )
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        if (time is not null)
            builder.Services.AddSingleton(time);
        builder.Services.AddPortalClassroom((_, options) =>
        {
            database.Use(options);
            if (interceptor is not null) options.AddInterceptors(interceptor);
        });
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
