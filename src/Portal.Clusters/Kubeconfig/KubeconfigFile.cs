using YamlDotNet.RepresentationModel;

namespace Portal.Clusters.Kubeconfig;

/// <summary>Reads a kubeconfig, and cuts one context out of it so that no other credential leaves the file.</summary>
internal static class KubeconfigFile
{
    private static readonly string[] s_pathKeys = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

    /// <exception cref="ClusterUnavailableException">The file, or what the context needs, is not there.</exception>
    public static string Extract(string file, string context)
    {
        var root = Read(file);
        var entry = Named(root, "contexts", context, file);
        var inner = (YamlMappingNode)entry["context"];
        var cluster = Named(root, "clusters", Text(inner, "cluster"), file);
        var user = Named(root, "users", Text(inner, "user"), file);
        var directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
        MakeAbsolute(cluster["cluster"], directory);
        MakeAbsolute(user["user"], directory);

        var result = new YamlMappingNode
        {
            { "apiVersion", "v1" },
            { "kind", "Config" },
            { "clusters", new YamlSequenceNode(cluster) },
            { "users", new YamlSequenceNode(user) },
            { "contexts", new YamlSequenceNode(entry) },
            { "current-context", context },
        };
        return Write(result);
    }

    public static string Write(YamlMappingNode kubeconfig)
    {
        using var writer = new StringWriter();
        new YamlStream(new YamlDocument(kubeconfig)).Save(writer, assignAnchors: false);
        // YamlDotNet ends a document with "...", which kubectl reads as one more, empty document.
        return writer.ToString().Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n...\n", "\n", StringComparison.Ordinal);
    }

    private static YamlMappingNode Read(string file)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(File.ReadAllText(file)));
            if (stream.Documents.Count > 0 && stream.Documents[0].RootNode is YamlMappingNode mapping) return mapping;
            throw new ClusterUnavailableException($"The kubeconfig {file} is empty.", $"Set {ClusterOptions.SectionName}:Kubeconfig:File to a kubeconfig.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or YamlDotNet.Core.YamlException)
        {
            throw new ClusterUnavailableException($"The kubeconfig {file} cannot be read: {e.Message}", $"Correct the file, or set {ClusterOptions.SectionName}:Kubeconfig:File to another one.", e);
        }
    }

    private static YamlMappingNode Named(YamlMappingNode root, string list, string? name, string file)
    {
        var items = root.Children.TryGetValue(new YamlScalarNode(list), out var node) ? (node as YamlSequenceNode)?.Children : null;
        return items?.OfType<YamlMappingNode>().FirstOrDefault(i => Text(i, "name") == name)
            ?? throw new ClusterUnavailableException($"The kubeconfig {file} has no entry '{name}' in '{list}'.", $"Correct {ClusterOptions.SectionName}:Kubeconfig:Contexts, or the file.");
    }

    private static string? Text(YamlMappingNode mapping, string key) =>
        mapping.Children.TryGetValue(new YamlScalarNode(key), out var value) ? (value as YamlScalarNode)?.Value : null;

    private static void MakeAbsolute(YamlNode node, string directory)
    {
        if (node is not YamlMappingNode mapping) return;
        foreach (var key in s_pathKeys)
        {
            if (Text(mapping, key) is { Length: > 0 } path) mapping.Children[new YamlScalarNode(key)] = new YamlScalarNode(Path.GetFullPath(path, directory));
        }
    }
}
