using System.Globalization;
using Microsoft.Extensions.Options;
using Portal.Sandbox;

namespace Portal.Clusters;

internal sealed class ClusterOptionsValidator : IValidateOptions<ClusterOptions>
{
    public ValidateOptionsResult Validate(string? name, ClusterOptions options)
    {
        var failures = new List<string>();
        if (string.IsNullOrWhiteSpace(options.StateDirectory)) failures.Add($"{ClusterOptions.SectionName}:StateDirectory is empty. Set it to a directory that the portal can write.");
        if (options.Sandbox.PodStartDelay < TimeSpan.Zero) failures.Add($"{ClusterOptions.SectionName}:Sandbox:PodStartDelay is negative. Set it to a time such as 00:00:01.");
        foreach (var budget in typeof(SandboxBudgets).GetProperties())
        {
            if (!IsPositive(budget.GetValue(options.Sandbox.Budgets)))
                failures.Add(
                    $"{ClusterOptions.SectionName}:Sandbox:Budgets:{budget.Name} is not positive. Set it to a "
                        + "number above 0."
                );
        }
        if (options.Kind.MinimumMemoryGiB < 0) failures.Add($"{ClusterOptions.SectionName}:Kind:MinimumMemoryGiB is negative. Set it to 0 to switch the test off.");
        if (options.Kind.Warm < 0)
            failures.Add(
                $"{ClusterOptions.SectionName}:Kind:Warm is below 0. Set it to how many clusters are to wait, or to 0."
            );
        if (options.Kind.WaitTimeout <= TimeSpan.Zero) failures.Add($"{ClusterOptions.SectionName}:Kind:WaitTimeout is not positive. Set it to a time such as 00:02:00.");
        if (options.Kubeconfig.File.Length > 0 && options.Kubeconfig.Contexts.Count == 0)
        {
            failures.Add($"{ClusterOptions.SectionName}:Kubeconfig:Contexts is empty although {ClusterOptions.SectionName}:Kubeconfig:File is set. List the contexts that learners may use.");
        }
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool IsPositive(object? value) => value switch
    {
        TimeSpan time => time > TimeSpan.Zero,
        IConvertible number => number.ToDouble(CultureInfo.InvariantCulture) > 0,
        _ => value is not null,
    };
}
