using System.Text;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs.Shell;

namespace Portal.Sandbox.Programs;

/// <summary>The files that the node and the image put into every container.</summary>
internal static class SystemFiles
{
    private static readonly string[] s_paths =
    [
        "/etc/hostname",
        "/etc/hosts",
        "/etc/resolv.conf",
        "/etc/os-release",
        "/etc/passwd",
        "/etc/group",
        "/proc/version",
        "/proc/loadavg",
        "/proc/uptime",
        "/dev/null",
        "/dev/zero",
        "/dev/random",
        "/dev/urandom",
        "/dev/full",
        "/dev/stdin",
        "/dev/stdout",
        "/dev/stderr",
        "/dev/tty",
    ];

    public static string? Read(PodInstance pod, string path) =>
        path switch
        {
            "/etc/hostname" => pod.Name + "\n",
            "/etc/resolv.conf" =>
                $"search {pod.Namespace}.svc.cluster.local svc.cluster.local cluster.local\n"
                    + "nameserver 10.96.0.10\noptions ndots:5\n",
            "/etc/hosts" => Hosts(pod),
            "/etc/os-release" => "NAME=\"Sandbox\"\nID=sandbox\n",
            "/etc/passwd" => "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n",
            "/etc/group" => "root:x:0:\nnobody:x:65534:\n",
            "/proc/version" => "Linux version 6.1.0-sandbox\n",
            "/proc/loadavg" => "0.00 0.00 0.00 1/1 1\n",
            "/proc/uptime" => "3600.00 3600.00\n",
            _ => null,
        };

    /// <summary>Paths of the files below a directory, relative to it.</summary>
    public static IEnumerable<string> Under(string root) =>
        s_paths.Where(p => p.StartsWith(root + "/", StringComparison.Ordinal)).Select(p => p[(root.Length + 1)..]);

    /// <summary>Whether a path names one of the commands.</summary>
    public static bool IsProgram(string path) =>
        path.LastIndexOf('/') is var slash
        && path[..slash] is "/bin" or "/usr/bin" or "/sbin" or "/usr/sbin"
        && ShellCommandTable.Find(path[(slash + 1)..]) is not null;

    private static string Hosts(PodInstance pod)
    {
        var text = new StringBuilder(
            "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n"
                + "::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\n"
                + "fe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n"
        );
        text.Append(pod.Ip).Append('\t').Append(pod.Name).Append('\n');
        var aliases = pod.Spec.Objects("spec", "hostAliases").ToList();
        if (aliases.Count > 0)
            text.Append("\n# Entries added by HostAliases.\n");
        foreach (var a in aliases)
            text.Append(a.Str("ip")).Append('\t').AppendJoin('\t', a.Strings("hostnames")).Append('\n');
        return text.ToString();
    }
}
