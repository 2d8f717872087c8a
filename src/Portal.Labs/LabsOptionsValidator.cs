using Microsoft.Extensions.Options;
using Portal.Clusters;
using Portal.Labs.Shell.Isolation;

namespace Portal.Labs;

internal sealed class LabsOptionsValidator(IEnumerable<IClusterProvider> providers, IEnumerable<IWorkspaceIsolation> isolations) : IValidateOptions<LabsOptions>
{
    public ValidateOptionsResult Validate(string? name, LabsOptions options)
    {
        var failures = new List<string>();
        OneOf("DefaultProvider", options.DefaultProvider, providers.Select(p => p.Name));
        OneOf("Isolation", options.Isolation, [WorkspaceIsolations.Automatic, .. isolations.Select(i => i.Name)]);
        failures.AddRange(
            options
                .Limits.Unusable()
                .Select(name => $"{LabsOptions.SectionName}:Limits:{name} is not a limit. Set it to a number above 0.")
        );
        failures.AddRange(
            options
                .Egress.Where(e => EgressTarget.TryParse(e) is null)
                .Select(e =>
                    $"{LabsOptions.SectionName}:Egress has '{e}'. Write a host name and a port, such as registry.example:443."
                )
        );
        failures.AddRange(options.Admission.Problems($"{LabsOptions.SectionName}:Admission"));
        if (string.IsNullOrWhiteSpace(options.WorkspacesDirectory))
            failures.Add(
                $"{LabsOptions.SectionName}:WorkspacesDirectory is empty. Set it to a directory that the portal can write."
            );
        Positive("CommandTimeout", options.CommandTimeout);
        Positive("IdleTimeout", options.IdleTimeout);
        if (options.DeleteAfterIdleDays is < 0 or > 36_500)
            failures.Add(
                $"{LabsOptions.SectionName}:DeleteAfterIdleDays is not a number of days. Set it to 0 to keep "
                    + "clusters and workspaces for ever, or to a number such as 14."
            );
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void OneOf(string key, string value, IEnumerable<string> known)
        {
            var names = known.ToList();
            if (!names.Contains(value, StringComparer.OrdinalIgnoreCase)) failures.Add($"{LabsOptions.SectionName}:{key} is '{value}'. Set it to one of: {string.Join(", ", names)}.");
        }

        void Positive(string key, TimeSpan value)
        {
            if (value <= TimeSpan.Zero) failures.Add($"{LabsOptions.SectionName}:{key} is not positive. Set it to a time such as 00:02:00.");
        }
    }
}
