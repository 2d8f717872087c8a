using System.IO.Compression;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MudBlazor.Services;
using Portal.Classroom.PostgreSql;
using Portal.Classroom.Progress;
using Portal.Classroom.Sqlite;
using Portal.Clusters;
using Portal.Labs;
using Portal.Labs.Sessions;
using Portal.Shared;
using Portal.Web.Components.Help;
using Portal.Web.Deliveries;
using Portal.Web.Hosting;
using Portal.Web.Hosting.Draining;
using Portal.Web.Hosting.Health;
using Portal.Web.Hosting.Operations;
using Portal.Web.Hosting.Telemetry;
using Portal.Web.Identity;
using Portal.Web.Lti;
using Portal.Web.Ports;
using Portal.Web.Progress;
using Portal.Web.Webhooks;

namespace Microsoft.Extensions.DependencyInjection;

public static class WebServiceCollectionExtensions
{
    /// <summary>Pages, identity and storage of the portal.</summary>
    public static IServiceCollection AddPortalWeb(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddPortalOptions();
        services.AddPortalIdentity(configuration);
        services.AddHostedService<DataDirectoryHolder>();
        services.AddPortalClassroom(
            (provider, database) =>
            {
                var data = provider.GetRequiredService<IOptions<DataOptions>>().Value;
                if (string.IsNullOrWhiteSpace(data.ConnectionString))
                    database.UsePortalSqlite(
                        PrivateFiles.Database(Path.Combine(data.Directory!, DataDirectory.Database))
                    );
                else
                    database.UsePortalPostgreSql(data.ConnectionString, data.Password);
            }
        );
        services.AddHostedService<Retention>();
        services.AddSingleton<IProgressRecorder, ClassroomProgressRecorder>();
        services.AddSingleton<ISessionLimits, ClassroomSessionLimits>();

        services.AddPageCompression();
        services.AddPortalHosting();
        services.AddPortalDeliveries();
        services.AddPortalWebhooks();
        services.AddPortalLti();
        services.AddHttpForwarder();
        services.AddSingleton<PortTickets>();
        services.AddSingleton<PortProxy>();

        services.AddPortalHealth();
        services.AddPortalOperations();
        services.AddPortalTelemetry(configuration);
        services.TryAddSingleton<CircuitOwner>();
        services.TryAddScoped<PageConsent>();
        services.AddScoped<CircuitHandler>(provider => provider.GetRequiredService<PageConsent>());
        services
            .AddRazorComponents()
            .AddInteractiveServerComponents()
            .AddHubOptions(hub => hub.AddFilter<CircuitOwner>());
        services.AddMudServices(mud =>
        {
            mud.SnackbarConfiguration.PositionClass = MudBlazor.Defaults.Classes.Position.BottomCenter;
            mud.SnackbarConfiguration.VisibleStateDuration = 8000;
        });
        return services;
    }

    /// <summary>
    /// A lesson's page is half a megabyte of HTML before its circuit. Not over HTTPS: there the length of what holds a
    /// visitor's own words beside a form's token must not tell of the token (BREACH); a proxy in front may know better.
    /// </summary>
    private static void AddPageCompression(this IServiceCollection services)
    {
        services.AddResponseCompression();
        services.Configure<BrotliCompressionProviderOptions>(o => o.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(o => o.Level = CompressionLevel.Fastest);
    }

    private static void AddPortalWebhooks(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<PortalOptions>, WebhookReceiver.Validator>();
        services.AddSingleton<WebhookService>();
        services.AddSingleton<IProgressObserver>(provider => provider.GetRequiredService<WebhookService>());
        services.AddHostedService(provider => provider.GetRequiredService<WebhookService>());
    }

    private static void AddPortalOperations(this IServiceCollection services)
    {
        services.AddSingleton<MeterReadings>();
        services.AddHostedService(provider => provider.GetRequiredService<MeterReadings>());
        services.AddTransient<OperationsReader>();
    }

    private static void AddPortalOptions(this IServiceCollection services)
    {
        services.AddOptions<DataOptions>().BindConfiguration(DataOptions.SectionName).ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<DataOptions>, DataOptions.Defaults>();
        services.AddSingleton<IValidateOptions<DataOptions>, DataOptions.Validator>();
        services.AddOptions<PortalOptions>().BindConfiguration(PortalOptions.SectionName).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PortalOptions>, PortalOptions.Validator>();
        services.AddSingleton<IValidateOptions<PortalOptions>, ClassWalls>();
        services.AddOptions<LocalOptions>().BindConfiguration(LocalOptions.SectionName).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LocalOptions>, LocalOptions.Validator>();

        // One directory holds everything of a portal, unless the workspaces were put elsewhere.
        services
            .AddOptions<LabsOptions>()
            .Configure<IOptions<DataOptions>, IConfiguration>(
                (labs, data, configuration) =>
                {
                    labs.UnsavedDirectory ??= data.Value.Directory is { } kept
                        ? Path.Combine(kept, DataDirectory.Unsaved)
                        : null;
                    if (
                        configuration[$"{LabsOptions.SectionName}:{nameof(LabsOptions.WorkspacesDirectory)}"] is null
                        && data.Value.Directory is { } directory
                    )
                    {
                        labs.WorkspacesDirectory = Path.Combine(directory, DataDirectory.Workspaces);
                    }
                }
            );

        services
            .AddOptions<ClusterOptions>()
            .Configure<IOptions<DataOptions>>(
                (clusters, data) =>
                    clusters.Sandbox.Directory ??= data.Value.Directory is { } directory
                        ? Path.Combine(directory, DataDirectory.Clusters)
                        : null
            );
        services.AddDataProtection().SetApplicationName("portal");
        services.AddOptions<KeyManagementOptions>().Configure<IOptions<DataOptions>, ILoggerFactory>((keys, data, logging) =>
        {
            var directory = Path.Combine(data.Value.Directory!, DataDirectory.Keys);
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
        services.AddOptions<DrainOptions>().BindConfiguration(DrainOptions.SectionName).ValidateOnStart();
        services.AddSingleton<PortalDrain>();
        services.AddSingleton<IHostLifetime, DrainingLifetime>();
        services.AddOptions<PortOptions>().BindConfiguration(PortOptions.SectionName).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PortOptions>, PortOptions.Validator>();
        services
            .AddOptions<LimitOptions>()
            .BindConfiguration(LimitOptions.SectionName)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddRateLimiter(_ => { });
        services.AddSingleton<IConfigureOptions<RateLimiterOptions>, RateLimits.Policies>();
        services.TryAddSingleton<RateLimits>();
        services.AddHostedService<PlainTextWarning>();
        services.AddHsts(hsts => hsts.MaxAge = TimeSpan.FromDays(365));
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "portal-antiforgery";
            antiforgery.Cookie.SecurePolicy = AspNetCore.Http.CookieSecurePolicy.SameAsRequest;
        });
    }
}
