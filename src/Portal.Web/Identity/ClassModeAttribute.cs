using Microsoft.Extensions.Options;
using Portal.Web.Hosting;

namespace Portal.Web.Identity;

/// <summary>A page that there is only where people sign in.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ClassModeAttribute : Attribute;

internal static class ClassModeExtensions
{
    public static void UseModes(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<PortalOptions>>().Value.IsClass)
            return;
        app.Use(
            (context, next) =>
            {
                if (context.GetEndpoint()?.Metadata.GetMetadata<ClassModeAttribute>() is null)
                    return next(context);
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }
        );
    }
}
