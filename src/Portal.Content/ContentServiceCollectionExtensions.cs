using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Content;
using Portal.Content.Catalog;

namespace Microsoft.Extensions.DependencyInjection;

public static class ContentServiceCollectionExtensions
{
    /// <summary>Adds <see cref="ICourseCatalog"/> over the directory that <c>Portal:Content:Root</c> names.</summary>
    public static IServiceCollection AddPortalContent(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<ContentOptions>()
            .BindConfiguration(ContentOptions.SectionName)
            .PostConfigure<IServiceProvider>((options, provider) =>
                options.Root = Path.GetFullPath(options.Root, provider.GetService<IHostEnvironment>()?.ContentRootPath ?? Directory.GetCurrentDirectory()))
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ContentOptions>, ContentOptionsValidator>());
        services.TryAddSingleton<ICourseCatalog>(provider => new FileCourseCatalog(
            provider.GetRequiredService<IOptions<ContentOptions>>().Value.Root,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<FileCourseCatalog>>()));
        return services;
    }

    private sealed class ContentOptionsValidator : IValidateOptions<ContentOptions>
    {
        public ValidateOptionsResult Validate(string? name, ContentOptions options) => Directory.Exists(options.Root)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{ContentOptions.SectionName}:Root names '{options.Root}', which is not a directory. Set it to the directory of the courses.");
    }
}
