using Microsoft.Extensions.Options;
using Portal.Classroom.Progress;
using Portal.Web.Lti.Scores;

namespace Portal.Web.Lti;

internal static class LtiServiceCollectionExtensions
{
    public static void AddPortalLti(this IServiceCollection services)
    {
        services.AddOptions<LtiOptions>().BindConfiguration(LtiOptions.SectionName).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LtiOptions>, LtiOptions.Validator>();
        services.AddSingleton<LtiKey>();
        services.AddSingleton<PlatformKeys>();
        services.AddSingleton<LaunchStates>();
        services.AddSingleton<LaunchVerifier>();
        services.AddSingleton<DeepLinks>();
        services.AddSingleton<ScoreService>();
        services.AddSingleton<IProgressObserver>(provider => provider.GetRequiredService<ScoreService>());
        services.AddHostedService(provider => provider.GetRequiredService<ScoreService>());
    }

    /// <summary>For people who sign in.</summary>
    public static void AddPortalLaunches(this IServiceCollection services)
    {
        services.AddScoped<LaunchEntry>();
        services.AddScoped<LaunchHandler>();
    }
}
