using System.ComponentModel.DataAnnotations;

namespace Portal.Web.Hosting;

/// <summary>How often something may be tried, so that guessing and flooding lead nowhere.</summary>
public sealed class LimitOptions
{
    public const string SectionName = "Portal:Limits";

    /// <summary>
    /// Attempts to sign in, join or set a password from one address, a minute. A classroom may share one.
    /// </summary>
    /// <value>The default is 60.</value>
    [Range(1, 100_000, ErrorMessage = SectionName + ":SignInsPerMinute must be between 1 and 100000.")]
    public int SignInsPerMinute { get; set; } = 60;

    /// <summary>Blocks that one learner may run from their pages, a minute. What they type in their shell is not
    /// counted.</summary>
    /// <value>The default is 120.</value>
    [Range(1, 100_000, ErrorMessage = SectionName + ":RunsPerMinute must be between 1 and 100000.")]
    public int RunsPerMinute { get; set; } = 120;

    /// <summary>Requests that one learner may send through their mesh from the page, a minute.</summary>
    /// <value>The default is 600.</value>
    [Range(100, 100_000, ErrorMessage = SectionName + ":RequestsPerMinute must be between 100 and 100000.")]
    public int RequestsPerMinute { get; set; } = 600;

    /// <summary>
    /// Requests of launches from learning platforms from one address, a minute; a launch is two or three.
    /// </summary>
    /// <value>The default is 1200.</value>
    [Range(1, 100_000, ErrorMessage = SectionName + ":LaunchesPerMinute must be between 1 and 100000.")]
    public int LaunchesPerMinute { get; set; } = 1200;
}
