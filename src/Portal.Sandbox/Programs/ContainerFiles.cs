using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs;

/// <summary>
/// The file system that a container sees: what it wrote itself (gone with a restart), its volumes, and what the kubelet
/// puts there. Paths are absolute and without "..". Thread-safe.
/// </summary>
internal sealed class ContainerFiles(PodInstance pod, JsonObject container)
{
    private static readonly string[] s_directories = ["bin/", "dev/", "etc/", "home/", "lib/", "proc/", "root/", "sys/", "tmp/", "usr/", "var/", "var/run/", "var/log/", "var/tmp/", "usr/bin/", "usr/share/", "run/", "mnt/", "opt/", "srv/", "data/"];

    private readonly FileTree _own = new();
    private readonly List<Mount> _mounts = [.. container.Objects("volumeMounts")
        .Select(m => new Mount(m.Str("mountPath")?.TrimEnd('/') ?? "", m.Str("name") ?? "", m.Str("subPath")?.Trim('/') ?? "", m.Flag("readOnly") == true))
        .OrderByDescending(m => m.Path.Length)];

    /// <summary>Whether the container wrote to its own file system.</summary>
    public bool IsTouched => !_own.IsEmpty;

    private sealed record Mount(string Path, string Volume, string SubPath, bool ReadOnly);

    /// <summary>The content of a file, or null.</summary>
    public byte[]? Read(string path)
    {
        if (Find(path) is var (mount, inside))
            return pod.Volumes.Writable(mount.Volume) is { } tree ? tree.GetValueOrDefault(inside) : pod.Volumes.Filled(mount.Volume).GetValueOrDefault(inside);
        if (_own.TryGetValue(path[1..], out var own)) return own;
        return path switch
        {
            "/etc/hostname" => Encoding.UTF8.GetBytes(pod.Name + "\n"),
            "/etc/resolv.conf" => Encoding.UTF8.GetBytes($"search {pod.Namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n"),
            "/etc/hosts" => Encoding.UTF8.GetBytes(Hosts()),
            "/etc/os-release" => Encoding.UTF8.GetBytes("NAME=\"Sandbox\"\nID=sandbox\n"),
            _ => null,
        };
    }

    public string? ReadText(string path) => Read(path) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>Writes a file.</summary>
    /// <returns>Why it cannot be written, as the system says it, or null.</returns>
    public string? Write(string path, byte[] content)
    {
        if (Find(path) is var (mount, inside))
        {
            if (mount.ReadOnly || pod.Volumes.Writable(mount.Volume) is not { } tree) return "Read-only file system";
            tree[inside] = content;
            return null;
        }
        if (IsDirectory(path)) return "Is a directory";
        var parent = path[..path.LastIndexOf('/')];
        if (parent.Length > 0 && !IsDirectory(parent)) return "No such file or directory";
        _own[path[1..]] = content;
        return null;
    }

    public void MakeDirectory(string path)
    {
        if (Find(path) is var (mount, inside)) pod.Volumes.Writable(mount.Volume)?.TryAdd(inside + "/", []);
        else _own.TryAdd(path[1..] + "/", []);
    }

    /// <summary>Removes a file, or a directory with what is in it.</summary>
    public bool Delete(string path)
    {
        var (tree, inside) = Find(path) is var (mount, rest) ? (pod.Volumes.Writable(mount.Volume), rest) : (_own, path[1..]);
        if (tree is null) return false;
        var found = tree.TryRemove(inside, out _);
        foreach (var key in tree.Keys.Where(k => k.StartsWith(inside + "/", StringComparison.Ordinal)).ToList()) found |= tree.TryRemove(key, out _);
        return found;
    }

    public bool IsDirectory(string path) => path == "/" || s_directories.Contains(path[1..] + "/") || _mounts.Exists(m => m.Path == path && m.SubPath.Length == 0)
        || Keys(path).Any();

    /// <summary>The names in a directory, sorted; directories end in a slash.</summary>
    public IReadOnlyList<string> List(string path)
    {
        var root = path == "/" ? "" : path;
        var names = Keys(path).Where(k => k.Length > 0).Concat(s_directories.Where(d => ("/" + d).StartsWith(root + "/", StringComparison.Ordinal)).Select(d => ("/" + d)[(root.Length + 1)..]))
            .Concat(_mounts.Where(m => m.Path.StartsWith(root + "/", StringComparison.Ordinal)).Select(m => m.Path[(root.Length + 1)..] + "/"))
            .Where(k => k.Length > 0).Select(k => k.IndexOf('/', StringComparison.Ordinal) is >= 0 and var i ? k[..(i + 1)] : k);
        return [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>Paths of what was written below a directory, relative to it.</summary>
    private IEnumerable<string> Keys(string path)
    {
        var (keys, inside) = Find(path) is var (mount, rest)
            ? (pod.Volumes.Writable(mount.Volume)?.Keys ?? (IEnumerable<string>)pod.Volumes.Filled(mount.Volume).Keys, rest)
            : (_own.Keys, path[1..]);
        var prefix = inside.Length == 0 ? "" : inside + "/";
        return keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Select(k => k[prefix.Length..]);
    }

    private (Mount Mount, string Inside)? Find(string path)
    {
        foreach (var mount in _mounts)
        {
            if (path != mount.Path && !path.StartsWith(mount.Path + "/", StringComparison.Ordinal)) continue;
            var rest = path.Length > mount.Path.Length ? path[(mount.Path.Length + 1)..] : "";
            return (mount, mount.SubPath.Length == 0 ? rest : rest.Length == 0 ? mount.SubPath : $"{mount.SubPath}/{rest}");
        }
        return null;
    }

    private string Hosts()
    {
        var text = new StringBuilder("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n");
        text.Append(pod.Ip).Append('\t').Append(pod.Name).Append('\n');
        var aliases = pod.Spec.Objects("spec", "hostAliases").ToList();
        if (aliases.Count > 0) text.Append("\n# Entries added by HostAliases.\n");
        foreach (var a in aliases) text.Append(a.Str("ip")).Append('\t').AppendJoin('\t', a.Strings("hostnames")).Append('\n');
        return text.ToString();
    }
}
