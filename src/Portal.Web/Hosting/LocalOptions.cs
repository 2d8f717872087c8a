namespace Portal.Web.Hosting;

/// <summary>Local mode: one machine, one owner, no passwords; the owner is who sees the portal's console.</summary>
public sealed class LocalOptions
{
    public const string SectionName = "Portal:Local";

    /// <summary>Lets the portal listen on addresses that other machines can reach.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AllowRemote { get; set; }
}
