namespace Portal.Web.Hosting.Draining;

/// <summary>How the portal ends.</summary>
public sealed class DrainOptions
{
    public const string SectionName = "Portal:Drain";

    /// <summary>How long runs that have begun may take to end when the portal is told to end.</summary>
    /// <value>The default is 30 seconds. Whoever ends the portal has to wait as long before killing it.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
