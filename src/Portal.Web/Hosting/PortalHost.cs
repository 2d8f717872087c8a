using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.Options;
using Portal.Shared;
using Portal.Web.Components;
using Portal.Web.Exports;
using Portal.Web.Hosting.Draining;
using Portal.Web.Hosting.Health;
using Portal.Web.Hosting.Settings;
using Portal.Web.Hosting.Telemetry;
using Portal.Web.Identity;
using Portal.Web.Lti;
using Portal.Web.Ports;
using Portal.Web.Identity.Accounts;

namespace Portal.Web.Hosting;

/// <summary>The portal's services and pipeline, in one place to read.</summary>
internal static class PortalHost
{
    private const string DefaultUrl = "http://localhost:5080";

    public static void AddPortal(this WebApplicationBuilder builder)
    {
        builder.Configuration.AddSecretFiles(Environment.GetEnvironmentVariables());
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        // Does nothing in a published portal; without it an unpublished one outside Development serves empty files.
        builder.WebHost.UseStaticWebAssets();
        if (ListenAddresses.Configured(builder.Configuration).Count == 0) builder.WebHost.UseUrls(DefaultUrl);

        // What StartupFailure says in a line, the host would say in a page before it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);

        // Whose program does not answer is told so; what learners ask of their programs is nobody's business.
        builder.Logging.AddFilter("Yarp", LogLevel.Critical);

        builder.Services.AddPortalLabs();
        builder.Services.AddPortalWeb(builder.Configuration);
        builder.Services.AddSingleton(new UnknownSettings(builder.Services));
    }

    public static void UsePortal(this WebApplication app)
    {
        app.Services.GetRequiredService<UnknownSettings>().Refuse(app.Configuration);
        if (app.Services.GetRequiredService<IOptions<ForwardingOptions>>().Value.IsUsed) app.UseForwardedHeaders();
        if (!app.Environment.IsDevelopment())
        {
            app.UseHsts(); // says nothing over plain HTTP
            app.UseExceptionHandler("/error", createScopeForErrors: true);
        }
        app.UseMiddleware<PortProxy>();
        app.UseResponseCompression();
        app.UseRoutingWithHead();
        app.UseSecurityHeaders();
        app.UseDatabaseAway();
        app.UseOriginCheck();
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.Use((context, next) =>
        {
            // A page explains what a visitor opened; a refused form is answered with its status alone.
            if (!HttpMethods.IsGet(context.Request.Method) && context.Features.Get<IStatusCodePagesFeature>() is { } pages) pages.Enabled = false;
            return next(context);
        });
        app.UseModes();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseWebSocketsOnly();
        app.UseAntiforgery();

        app.MapStaticAssets().AllowAnonymous();
        app.MapPorts();
        app.MapPortalHealth();
        app.MapPortalMetrics();
        var isClass = app.Services.GetRequiredService<IOptions<PortalOptions>>().Value.IsClass;
        app.MapAccount(local: !isClass);
        app.MapExports();
        if (isClass)
        {
            app.MapPasskeys();
            app.MapLti();
        }
        if (isClass && app.Services.GetRequiredService<IOptions<ProviderOptions>>().Value.IsUsed)
            app.MapProviderSignIn();
        // Pages say who may open them; what says nothing, the circuit's hub too, is for who is signed in.
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null); // said once, in SecurityHeaders
    }
}
