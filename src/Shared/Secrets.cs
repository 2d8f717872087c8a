using System.Collections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Portal.Shared;

/// <summary>
/// Settings that stand in files instead of the environment, where every child process would read them: systemd's
/// credentials, and for each variable <c>A__B_FILE</c> the setting <c>A:B</c> from the file that it names.
/// </summary>
internal static class Secrets
{
    private const string Suffix = "_FILE";

    public static void AddSecretFiles(this IConfigurationBuilder configuration, IDictionary environment)
    {
        if (environment["CREDENTIALS_DIRECTORY"] is string { Length: > 0 } directory)
            configuration.AddKeyPerFile(directory, optional: true);
        configuration.AddInMemoryCollection(
            environment
                .Keys.Cast<string>()
                .Where(name =>
                    name.Contains("__", StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal)
                )
                .Select(name => KeyValuePair.Create(Key(name), (string?)Read(name, (string)environment[name]!)))
        );
    }

    private static string Key(string variable) =>
        variable[..^Suffix.Length].Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);

    private static string Read(string variable, string file)
    {
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var message =
                $"The variable {variable} names '{file}', which cannot be read: {e.Message} Set it to the file that "
                    + $"holds {Key(variable)}.";
            throw new OptionsValidationException(Key(variable), typeof(Secrets), [message]);
        }
    }
}
