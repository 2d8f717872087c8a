namespace Portal.Web.Hosting;

/// <summary>Local mode: one machine, no passwords. The visitor is signed in as learner and instructor.</summary>
public sealed class LocalOptions
{
    public const string SectionName = "Portal:Local";

    /// <summary>Lets the portal listen on addresses that other machines can reach.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AllowRemote { get; set; }
}
