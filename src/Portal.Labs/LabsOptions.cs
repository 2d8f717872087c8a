using Portal.Labs.Capacity;
using Portal.Labs.Shell.Isolation;

namespace Portal.Labs;

/// <summary>How lesson sessions work.</summary>
public sealed class LabsOptions
{
    public const string SectionName = "Portal:Labs";

    /// <summary>Name of the cluster provider that sessions use. The default is <c>sandbox</c>.</summary>
    public string DefaultProvider { get; set; } = "sandbox";

    /// <summary>Directory of the learners' workspaces. The default is below the user's data directory.</summary>
    public string WorkspacesDirectory { get; set; } = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } data ? data : Path.GetTempPath(),
        "portal",
        "workspaces");

    /// <summary>
    /// Directory for results that the store could not take yet; they are recorded when it can, by the next process too.
    /// The default is null: they wait in memory alone.
    /// </summary>
    public string? UnsavedDirectory { get; set; }

    /// <summary>Limit for each command of a block that does not say its own. The default is two minutes.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a session goes on without a page that shows it and without a run. The default is one hour.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How many sessions there may be, and who waits.</summary>
    public AdmissionOptions Admission { get; set; } = new();

    /// <summary>
    /// After how many days without use a learner's cluster and workspace of a lesson are deleted; progress stays. The
    /// default is 14; 0 means never.
    /// </summary>
    public int DeleteAfterIdleDays { get; set; } = 14;

    /// <summary>
    /// How workspaces are kept apart: <c>bubblewrap</c>, <c>process</c> (not at all), or <c>auto</c>: the first where
    /// it
    /// works, else the second. The default is <c>auto</c>.
    /// </summary>
    public string Isolation { get; set; } = WorkspaceIsolations.Automatic;

    /// <summary>What one workspace may use, where workspaces are kept apart.</summary>
    public WorkspaceLimits Limits { get; set; } = new();

    /// <summary>Hosts outside that learners may reach from their workspaces where these are kept apart, as
    /// <c>host:port</c>. The default is none.</summary>
    public IList<string> Egress { get; set; } = [];
}
