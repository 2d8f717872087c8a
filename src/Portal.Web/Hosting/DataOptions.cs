using Microsoft.Extensions.Options;
using Portal.Shared;

namespace Portal.Web.Hosting;

/// <summary>Where the portal keeps what must survive a restart.</summary>
public sealed class DataOptions
{
    public const string SectionName = "Portal:Data";

    /// <summary>Directory for the database and keys; made when missing.</summary>
    /// <value>The default is <c>portal</c> below the user's state directory (<c>XDG_STATE_HOME</c>, else <c>~/.local/state</c>).</value>
    public string? Directory { get; set; }

    /// <summary>PostgreSQL connection string; SQLite in <see cref="Directory"/> when empty.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// Password for <see cref="ConnectionString"/>, which then needs none: it may stand in a file of its own.
    /// </summary>
    public string? Password { get; set; }

    /// <summary>
    /// Below it on the disk of <see cref="Directory"/>, <c>/readyz</c> says that the portal is not ready.
    /// </summary>
    /// <value>The default is 256.</value>
    public int MinimumFreeMebibytes { get; set; } = 256;

    /// <summary>
    /// Days after which evidence and runs are deleted, of learners who did nothing since and of archived classes;
    /// progress and points stay. 0: never.
    /// </summary>
    /// <value>The default is 0.</value>
    public int KeepDays { get; set; }

    internal sealed class Defaults(IHostEnvironment environment) : IPostConfigureOptions<DataOptions>
    {
        public void PostConfigure(string? name, DataOptions options)
        {
            options.Directory = string.IsNullOrWhiteSpace(options.Directory)
                ? DataDirectory.Default()
                : Path.GetFullPath(options.Directory, environment.ContentRootPath);
        }
    }

    internal sealed class Validator(ILogger<DataOptions> logger) : IValidateOptions<DataOptions>
    {
        public ValidateOptionsResult Validate(string? name, DataOptions options)
        {
            if (options.Directory is null)
            {
                return ValidateOptionsResult.Fail($"{SectionName}:Directory is not set, and there is no home directory to choose one in. Set it to a directory that the portal may write.");
            }
            if (options.KeepDays < 0)
            {
                return ValidateOptionsResult.Fail(
                    $"{SectionName}:KeepDays is {options.KeepDays}. Set it to a number of days, or to 0 to keep all."
                );
            }
            try
            {
                if (!PrivateFiles.MakeDirectory(options.Directory)) Log.DataDirectoryOpen(logger, options.Directory);
                var probe = Path.Combine(options.Directory, $".write-{Guid.NewGuid():N}");
                using (File.Create(probe, 1, FileOptions.DeleteOnClose))
                {
                    return ValidateOptionsResult.Success;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return ValidateOptionsResult.Fail($"{SectionName}:Directory names '{options.Directory}', which cannot be written: {e.Message} Set it to a directory that the portal may write.");
            }
        }
    }
}
