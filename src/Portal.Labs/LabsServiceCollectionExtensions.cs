using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Portal.Labs;
using Portal.Labs.Capacity;
using Portal.Labs.Grading;
using Portal.Labs.Grading.Probes;
using Portal.Labs.Sessions;
using Portal.Labs.Shell.Isolation;
using Portal.Labs.Shell.Isolation.Bubblewrap;

namespace Microsoft.Extensions.DependencyInjection;

public static class LabsServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="ILessonSessions"/>, configured by <c>Portal:Labs</c>, with the content and the clusters that sessions
    /// need. The host adds an <see cref="IProgressRecorder"/>; without one progress is kept in memory only.
    /// </summary>
    public static IServiceCollection AddPortalLabs(this IServiceCollection services)
    {
        services.AddPortalContent();
        services.AddPortalClusters();
        services.AddOptions<LabsOptions>().BindConfiguration(LabsOptions.SectionName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LabsOptions>, LabsOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IWorkspaceIsolation, ProcessIsolation>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IWorkspaceIsolation, BubblewrapIsolation>());
        services.TryAddSingleton<WorkspaceIsolations>();
        services.TryAddSingleton<IWorkspaceWalls>(provider => provider.GetRequiredService<WorkspaceIsolations>());
        services.AddProbes();
        services.TryAddSingleton<CheckGrader>();
        services.TryAddSingleton<IProgressRecorder, NoProgressRecorder>();
        services.TryAddSingleton<ISessionLimits, NoSessionLimits>();
        services.TryAddSingleton<LessonSessionFactory>();
        services.TryAddSingleton<ISessionActivities>(provider =>
            provider.GetRequiredService<LessonSessionFactory>().Activities
        );
        services.TryAddSingleton<LessonSessions>();
        services.TryAddSingleton<ILessonSessions>(provider => provider.GetRequiredService<LessonSessions>());
        services.TryAddSingleton<IMachine>(Machine.This);
        services.TryAddSingleton<FootprintMeter>();
        services.TryAddSingleton<ISessionAdmission, SessionAdmission>();
        services.AddHostedService<SessionsService>();
        services.AddHostedService<IdleSweep>();
        return services;
    }

    private static void AddProbes(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ICheckProbe, ResourceProbe>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ICheckProbe, SidecarProbe>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ICheckProbe, RouteProbe>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ICheckProbe, TrafficProbe>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ICheckProbe, HistoryProbe>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ICheckProbe, MtlsProbe>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ICheckProbe, CommandProbe>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ICheckProbe, QueryProbe>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ICheckProbe, AnswerProbe>());
    }
}
