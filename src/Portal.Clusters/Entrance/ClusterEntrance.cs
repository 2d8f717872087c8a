using System.Net;
using System.Net.Sockets;

namespace Portal.Clusters;

/// <summary>How a workspace that has no way to the network reaches its cluster's API, and nothing else.</summary>
/// <param name="Kubeconfig">Text of a kubeconfig that works in the workspace and refers to no other file.</param>
/// <param name="Address">Where the kubeconfig's server is expected: a loopback address.</param>
/// <param name="HostName">The name that is to mean the address; null when the kubeconfig has the address
/// itself.</param>
/// <param name="Serve">Takes over a connection that was made to the address in the workspace. Returns at once.</param>
public sealed record ClusterEntrance(string Kubeconfig, IPEndPoint Address, string? HostName, Action<Socket> Serve);
