using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MudBlazor.Services;
using Portal.Classroom.PostgreSql;
using Portal.Classroom.Sqlite;
using Portal.Labs;
using Portal.Labs.Sessions;
using Portal.Web.Hosting;
using Portal.Web.Identity;
using Portal.Web.Progress;

namespace Microsoft.Extensions.DependencyInjection;

public static class WebServiceCollectionExtensions
{
    /// <summary>Pages, identity and storage of the portal.</summary>
    public static IServiceCollection AddPortalWeb(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddPortalOptions();
        services.AddPortalIdentity();
        services.AddPortalClassroom((provider, database) =>
        {
            var data = provider.GetRequiredService<IOptions<DataOptions>>().Value;
            if (string.IsNullOrWhiteSpace(data.ConnectionString)) database.UsePortalSqlite(PrivateFiles.Database(Path.Combine(data.Directory!, "portal.db")));
            else database.UsePortalPostgreSql(data.ConnectionString, data.Password);
        });
        services.AddHostedService<LocalClassroom.Starter>();
        services.TryAddSingleton<LocalClassroom>();
        services.AddSingleton<IProgressRecorder, ClassroomProgressRecorder>();

        services.AddPortalHosting();
        services.AddHealthChecks();
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddMudServices(mud =>
        {
            mud.SnackbarConfiguration.PositionClass = MudBlazor.Defaults.Classes.Position.BottomCenter;
            mud.SnackbarConfiguration.VisibleStateDuration = 8000;
        });
        return services;
    }

    private static void AddPortalOptions(this IServiceCollection services)
    {
        services.AddOptions<DataOptions>().BindConfiguration(DataOptions.SectionName).ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<DataOptions>, DataOptions.Defaults>();
        services.AddSingleton<IValidateOptions<DataOptions>, DataOptions.Validator>();
        services.AddOptions<PortalOptions>().BindConfiguration(PortalOptions.SectionName).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PortalOptions>, PortalOptions.Validator>();
        services.AddOptions<LocalOptions>().BindConfiguration(LocalOptions.SectionName).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LocalOptions>, ListenAddresses.Validator>();

        // One directory holds everything of a portal, unless the workspaces were put elsewhere.
        services.AddOptions<LabsOptions>().Configure<IOptions<DataOptions>, IConfiguration>((labs, data, configuration) =>
        {
            if (configuration[$"{LabsOptions.SectionName}:{nameof(LabsOptions.WorkspacesDirectory)}"] is null && data.Value.Directory is { } directory)
            {
                labs.WorkspacesDirectory = Path.Combine(directory, "workspaces");
            }
        });

        services.AddDataProtection().SetApplicationName("portal");
        services.AddOptions<KeyManagementOptions>().Configure<IOptions<DataOptions>, ILoggerFactory>((keys, data, logging) =>
        {
            var directory = Path.Combine(data.Value.Directory!, "keys");
            PrivateFiles.MakeDirectory(directory);
            keys.XmlRepository = new FileSystemXmlRepository(new DirectoryInfo(directory), logging);
        });
    }

    private static void AddPortalHosting(this IServiceCollection services)
    {
        services.AddSingleton<IConfigureOptions<HostFilteringOptions>, AllowedHosts>();
        services.AddOptions<ForwardingOptions>().BindConfiguration(ForwardingOptions.SectionName).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ForwardingOptions>, ForwardingOptions.Validator>();
        services.AddSingleton<IConfigureOptions<ForwardedHeadersOptions>, ForwardingOptions.Apply>();
        services.AddHsts(hsts => hsts.MaxAge = TimeSpan.FromDays(365));
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "portal-antiforgery";
            antiforgery.Cookie.SecurePolicy = AspNetCore.Http.CookieSecurePolicy.SameAsRequest;
        });
    }

    private static void AddPortalIdentity(this IServiceCollection services)
    {
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
            .AddCookie(CookieAuthenticationDefaults.AuthenticationScheme, cookie =>
            {
                cookie.Cookie.Name = "portal";
                cookie.Cookie.SecurePolicy = AspNetCore.Http.CookieSecurePolicy.SameAsRequest;
                // Strict would lose the cookie on the way from the link that sets it, when that was clicked in another page.
                // What other sites may not do is refused by antiforgery and by the check of the origin.
                cookie.Cookie.SameSite = AspNetCore.Http.SameSiteMode.Lax;
                cookie.ExpireTimeSpan = TimeSpan.FromDays(30);
                cookie.SlidingExpiration = true;
                cookie.LoginPath = "/sign-in";
                cookie.ReturnUrlParameter = "returnUrl";
                cookie.EventsType = typeof(PortalCookieEvents);
            });
        services.TryAddSingleton<PortalCookieEvents>();
        services.TryAddSingleton<PublicAddress>();
        services.TryAddSingleton<WelcomeLinks>();
        services.TryAddSingleton<WelcomeConsole>();
        services.AddHostedService(provider => provider.GetRequiredService<WelcomeConsole>());
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Learner, policy => policy.RequireRole(Roles.Learner))
            .AddPolicy(Policies.Instructor, policy => policy.RequireRole(Roles.Instructor))
            .AddPolicy(Policies.Owner, policy => policy.RequireRole(Roles.Owner))
            .SetFallbackPolicy(new AspNetCore.Authorization.AuthorizationPolicyBuilder().RequireRole(Roles.Learner).Build());
        services.AddCascadingAuthenticationState();
        services.TryAddScoped<LearnerContext>();
    }
}
