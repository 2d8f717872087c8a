namespace Portal.Clusters.Api;

/// <summary>Which log of a pod, and how much of it.</summary>
/// <param name="Tail">The last lines to begin with.</param>
/// <param name="Follow">Goes on with what is written from now on.</param>
/// <param name="Previous">That of the container before its last restart.</param>
public sealed record PodLogQuery(
    string Namespace,
    string Pod,
    string Container,
    int Tail,
    bool Follow = false,
    bool Previous = false
)
{
    internal string Path =>
        $"api/v1/namespaces/{Uri.EscapeDataString(Namespace)}/pods/{Uri.EscapeDataString(Pod)}/log"
        + $"?container={Uri.EscapeDataString(Container)}&tailLines={Tail}"
        + (Follow ? "&follow=true" : "") + (Previous ? "&previous=true" : "");
}
