using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portal.Classroom;
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

namespace Microsoft.Extensions.DependencyInjection;

public static class ClassroomServiceCollectionExtensions
{
    /// <summary>
    /// People, classes, progress and boards, on the database that <paramref name="database"/> chooses.
    /// The schema is brought up to date when the host starts.
    /// </summary>
    public static IServiceCollection AddPortalClassroom(this IServiceCollection services, Action<IServiceProvider, DbContextOptionsBuilder> database)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddPooledDbContextFactory<PortalDbContext>(database);
        services.AddHostedService<MigrationService>();
        services.TryAddSingleton<ChangeSignal>();
        services.TryAddSingleton<ILearners, LearnerService>();
        services.TryAddSingleton<ClassService>();
        services.TryAddSingleton<IClasses>(provider => provider.GetRequiredService<ClassService>());
        services.TryAddSingleton<IClassLife, ClassLifeService>();
        services.TryAddSingleton<ISessionTimes, SessionTimes>();
        services.TryAddSingleton<IInvitations, InvitationService>();
        services.TryAddSingleton<IAccess, ClassAccess>();
        services.TryAddSingleton<IProgressService, ProgressService>();
        services.TryAddSingleton<IPresence, Presence>();
        services.TryAddSingleton<IClassBoard, ClassBoardService>();
        services.TryAddSingleton<IExports, ExportService>();
        services.TryAddSingleton<IClassReports, ClassReports>();
        services.TryAddSingleton<IRetention, RetentionService>();
        services.TryAddSingleton<IHelpDesk, HelpDesk>();
        services.TryAddSingleton<IMessages, MessageService>();
        services.TryAddSingleton<IPlatformClasses, PlatformClassService>();
        services.TryAddSingleton<IPlatformScores, PlatformScoreService>();
        return services;
    }
}
