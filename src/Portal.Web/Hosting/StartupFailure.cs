using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Portal.Classroom.Data;
using Portal.Shared;

namespace Portal.Web.Hosting;

/// <summary>Turns what keeps the portal from starting into a line that says what to change.</summary>
internal static class StartupFailure
{
    /// <summary>The message for the operator, or null when the failure is not one that configuration can mend.</summary>
    public static string? Describe(Exception exception) => exception switch
    {
        OptionsValidationException options => "The portal cannot start:" + string.Concat(options.Failures.Select(f => $"{Environment.NewLine}  {f}")),
        InvalidOperationException { InnerException: FormatException or OverflowException or ArgumentException } binding
            when binding.TargetSite?.DeclaringType == typeof(ConfigurationBinder) =>
            $"The portal cannot start: {binding.Message} {binding.InnerException?.InnerException?.Message}".TrimEnd(),
        DatabaseUnavailableException database => $"The portal cannot start: {database.Message}",
        DirectoryInUseException inUse => $"The portal cannot start: {inUse.Message}",
        IOException { InnerException: AddressInUseException } io => $"The portal cannot start: {io.Message.TrimEnd('.')}. "
            + "Stop the program that uses the port, or choose another with Urls, for example --urls http://localhost:5081.",
        AggregateException { InnerExceptions.Count: > 0 } all when all.InnerExceptions.All(e => Describe(e) is not null) =>
            string.Join(Environment.NewLine, all.InnerExceptions.Select(Describe)),
        _ => null,
    };
}
