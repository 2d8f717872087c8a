using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Portal.Classroom.Data;
using Portal.Classroom.Model;
using Portal.Web.Hosting;
using Portal.Web.Identity.Accounts;
using Portal.Web.Lti;

namespace Portal.Web.Identity;

internal static class IdentityServiceCollectionExtensions
{
    public static void AddPortalIdentity(this IServiceCollection services, IConfiguration configuration)
    {
        // The schemes differ; everything behind them is the same.
        var options = new PortalOptions();
        configuration.GetSection(PortalOptions.SectionName).Bind(options);
        var provider = new ProviderOptions();
        configuration.GetSection(ProviderOptions.SectionName).Bind(provider);
        if (options.IsClass)
            services.AddAccounts(provider.IsUsed);
        else
            services.AddLocalOwner();

        services.TryAddSingleton<PublicAddress>();
        services.TryAddSingleton<WelcomeConsole>();
        services.AddHostedService(provider => provider.GetRequiredService<WelcomeConsole>());
        services.TryAddSingleton<LocalClassroom>();
        services.AddPolicies(options.IsClass);
        services.AddCascadingAuthenticationState();
        services.TryAddScoped<LearnerContext>();
    }

    private static void AddLocalOwner(this IServiceCollection services)
    {
        services
            .AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
            .AddCookie(cookie => PortalCookie.Configure(cookie, LocalIdentity.ValidateAsync));
        services.TryAddSingleton<WelcomeLinks>();
        services.TryAddSingleton<IConsoleLink>(provider => provider.GetRequiredService<WelcomeLinks>());
        services.AddHostedService<LocalClassroom.Starter>();
    }

    private static void AddAccounts(this IServiceCollection services, bool withProvider)
    {
        services.AddOptions<ProviderOptions>().BindConfiguration(ProviderOptions.SectionName).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ProviderOptions>, ProviderOptions.Validator>();
        services
            .AddAuthentication(IdentityConstants.ApplicationScheme)
            .AddIdentityCookies(cookies =>
                cookies.ApplicationCookie!.Configure(cookie =>
                    PortalCookie.Configure(cookie, AccountPrincipal.ValidateAsync)
                )
            );
        if (withProvider)
            services.AddProviderSignIn();
        services
            .AddIdentityCore<PortalUser>(identity =>
            {
                // Length is what counts; rules on signs make people write passwords down.
                identity.Password.RequiredLength = 10;
                identity.Password.RequiredUniqueChars = 4;
                identity.Password.RequireDigit =
                    identity.Password.RequireLowercase =
                    identity.Password.RequireUppercase =
                    identity.Password.RequireNonAlphanumeric =
                        false;
                identity.Lockout.MaxFailedAccessAttempts = 5;
                identity.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
                identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
            })
            .AddEntityFrameworkStores<PortalDbContext>()
            .AddSignInManager()
            .AddClaimsPrincipalFactory<AccountPrincipal>()
            .AddDefaultTokenProviders();
        services.TryAddScoped(provider =>
            provider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContext()
        );
        services.AddScoped<AuthenticationStateProvider, CircuitSession>();
        services.TryAddScoped<PortalAccounts>();
        services.TryAddScoped<AccountAdministration>();
        services.AddPortalLaunches();
        services.TryAddSingleton<SetUpLink>();
        services.TryAddSingleton<IConsoleLink>(provider => provider.GetRequiredService<SetUpLink>());
    }

    private static void AddPolicies(this IServiceCollection services, bool isClass)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAuthorizationHandler, ClassInstructorHandler>());
        services
            .AddAuthorizationBuilder()
            .AddPolicy(Policies.Learner, policy => policy.RequireRole(Roles.Learner))
            .AddPolicy(Policies.Instructor, policy => policy.RequireRole(Roles.Instructor))
            .AddPolicy(Policies.ClassInstructor, policy =>
                policy.RequireAuthenticatedUser().AddRequirements(new ClassInstructorRequirement())
            )
            .AddPolicy(Policies.Administrator, policy => policy.RequireRole(Roles.Administrator))
            .AddPolicy(Policies.Operator, policy => policy.RequireRole(Roles.Administrator, Roles.Owner))
            .AddPolicy(Policies.Owner, policy => policy.RequireRole(Roles.Owner))
            .AddPolicy(Policies.Join, policy => policy.RequireAssertion(c => isClass || c.User.IsInRole(Roles.Owner)))
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireRole(Roles.Learner).Build());
    }
}
