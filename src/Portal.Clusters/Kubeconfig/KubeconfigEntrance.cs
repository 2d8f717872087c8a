using System.Net;
using YamlDotNet.RepresentationModel;

namespace Portal.Clusters.Kubeconfig;

/// <summary>The way to a cluster whose API server is somewhere on the network: to exactly that server.</summary>
public static class KubeconfigEntrance
{
    /// <summary>What a server that has only an address is called in workspaces.</summary>
    private const string Name = "kubernetes.lab";

    private static readonly (string Path, string Data)[] s_files =
    [
        ("certificate-authority", "certificate-authority-data"),
        ("client-certificate", "client-certificate-data"),
        ("client-key", "client-key-data"),
    ];

    /// <param name="kubeconfig">With one cluster and one user.</param>
    /// <param name="start">Starts work that nobody awaits, under a name, and then the last part.</param>
    /// <exception cref="ClusterUnavailableException">A file that it refers to cannot be read.</exception>
    public static ClusterEntrance Of(string kubeconfig, Func<string, Func<Task>, Action?, Task> start)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(kubeconfig));
        var root = (YamlMappingNode)stream.Documents[0].RootNode;
        var cluster = (YamlMappingNode)root["clusters"][0]["cluster"];
        var server = new Uri(((YamlScalarNode)cluster["server"]).Value!, UriKind.Absolute);
        Inline(cluster);
        if (root["users"][0]["user"] is YamlMappingNode user) Inline(user);

        var relay = new TcpRelay(server.DnsSafeHost, server.Port, start);
        var loopback = IPAddress.TryParse(server.DnsSafeHost, out var address) && IPAddress.IsLoopback(address);
        string? name = null;
        if (!loopback)
        {
            name = address is null ? server.DnsSafeHost : Name;
            if (address is not null)
            {
                cluster.Children[new YamlScalarNode("server")] = new YamlScalarNode(
                    new UriBuilder(server) { Host = Name }.Uri.ToString()
                );
                // The certificate is still the one of the address.
                cluster.Children.TryAdd(new YamlScalarNode("tls-server-name"), new YamlScalarNode(server.DnsSafeHost));
            }
        }
        return new ClusterEntrance(
            KubeconfigFile.Write(root),
            new IPEndPoint(loopback ? address! : IPAddress.Loopback, server.Port),
            name,
            relay.Serve
        );
    }

    /// <summary>A workspace does not see the files of the portal's machine: their content goes in.</summary>
    private static void Inline(YamlMappingNode node)
    {
        foreach (var (path, data) in s_files)
        {
            if (!node.Children.TryGetValue(new YamlScalarNode(path), out var file)) continue;
            node.Children.Remove(new YamlScalarNode(path));
            node.Children[new YamlScalarNode(data)] = new YamlScalarNode(
                Convert.ToBase64String(Read(((YamlScalarNode)file).Value!))
            );
        }
        if (node.Children.TryGetValue(new YamlScalarNode("tokenFile"), out var token))
        {
            node.Children.Remove(new YamlScalarNode("tokenFile"));
            node.Children[new YamlScalarNode("token")] = new YamlScalarNode(
                System.Text.Encoding.UTF8.GetString(Read(((YamlScalarNode)token).Value!)).Trim()
            );
        }
    }

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClusterUnavailableException(
                $"The kubeconfig refers to {path}, which cannot be read: {e.Message}",
                $"Correct the file that {ClusterOptions.SectionName}:Kubeconfig:File names.",
                e
            );
        }
    }
}
