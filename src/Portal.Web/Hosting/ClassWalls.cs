using Microsoft.Extensions.Options;
using Portal.Labs;

namespace Portal.Web.Hosting;

/// <summary>A class is let in only where its learners' workspaces are kept apart.</summary>
internal sealed class ClassWalls(IWorkspaceWalls walls) : IValidateOptions<PortalOptions>
{
    public ValidateOptionsResult Validate(string? name, PortalOptions options) =>
        !options.IsClass || walls.AreApart
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{PortalOptions.SectionName}:Mode is Class, and learners' workspaces would not be kept apart: "
                    + $"{walls.Problem ?? $"{LabsOptions.SectionName}:Isolation is {walls.Name}; set it to auto."}");
}
