namespace Portal.Clusters.Schemas;

/// <summary>A kind that a cluster serves and that can be written.</summary>
/// <param name="Group">Empty for the core's.</param>
public sealed record ServedKind(string Group, string Version, string Kind, string Plural, bool Namespaced)
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Where its OpenAPI document is, below the index.</summary>
    internal string Document => Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";

    /// <summary>Path of an object below the server's address.</summary>
    /// <param name="namespace">Of no meaning for a kind without.</param>
    public string PathOf(string @namespace, string name)
    {
        var place = Namespaced ? $"/namespaces/{Uri.EscapeDataString(@namespace)}" : "";
        return $"{Document}{place}/{Plural}/{Uri.EscapeDataString(name)}";
    }
}
