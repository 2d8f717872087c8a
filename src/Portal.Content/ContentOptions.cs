namespace Portal.Content;

/// <summary>Where lessons are.</summary>
public sealed class ContentOptions
{
    public const string SectionName = "Portal:Content";

    /// <summary>Directory of the courses; a relative path is resolved against the host's content root. The default is <c>content</c>.</summary>
    public string Root { get; set; } = "content";
}
