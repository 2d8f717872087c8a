using System.Globalization;

namespace Portal.Labs.Shell.Isolation.Bubblewrap;

/// <summary>
/// What a workspace sees: a read-only system, its own home and temporary files, and nothing else of the machine.
/// </summary>
internal static class BubblewrapArguments
{
    public const string Home = "/home/learner",
        Input = "/run/portal/in",
        Output = "/run/portal/out",
        Manifests = "/opt/portal/lesson/manifests",
        Template = "/opt/portal/template",
        Tools = "/opt/portal/tools",
        Programs = "/opt/portal/bin",
        Search = Tools + ":" + Programs + ":/usr/local/bin:/usr/bin:/bin";

    private const string User = "1000";

    /// <summary>The network is another's to decide: see <see cref="CommonGround"/>.</summary>
    private static readonly string[] s_namespaces =
        ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"];

    /// <summary>Settings of the system that programs need and that hold no secrets.</summary>
    private static readonly string[] s_settings =
    [
        "alternatives", "bash.bashrc", "bash_completion.d", "ca-certificates", "inputrc", "ld.so.cache", "ld.so.conf",
        "ld.so.conf.d", "locale.alias", "localtime", "magic", "mime.types", "nanorc", "pki", "protocols", "services",
        "ssl/certs", "ssl/openssl.cnf", "terminfo", "timezone", "vim",
    ];

    /// <param name="hosts">Lines of <c>/etc/hosts</c> besides the usual.</param>
    /// <param name="descriptors">How many descriptors from 3 on the child has; the last three are the gate's.</param>
    public static IEnumerable<string> Build(WorkspaceSpec spec, StagingArea staging, string hosts, int descriptors)
    {
        string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
        string[] Bind(string kind, string source, string target) => [kind, staging.Add(source), target];
        string[] Text(string text, string target) => ["--ro-bind", staging.Write(text), target];
        string[] Temporary(string target) =>
            ["--size", Number(spec.Limits.Temporary * 1024L * 1024), "--tmpfs", target];

        return
        [
            .. s_namespaces,
            "--uid",
            User,
            "--gid",
            User,
            "--hostname",
            "lab",
            "--die-with-parent",
            "--info-fd",
            Number(descriptors),
            "--block-fd",
            Number(descriptors + 1),
            "--seccomp",
            Number(descriptors + 2),
            .. System(),
            .. Text(
                $"root:x:0:0:root:/root:/bin/sh\nlearner:x:{User}:{User}:Learner:{Home}:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n",
                "/etc/passwd"
            ),
            .. Text($"root:x:0:\nlearner:x:{User}:\nnogroup:x:65534:\n", "/etc/group"),
            .. Text("127.0.0.1 localhost lab\n::1 localhost\n" + hosts, "/etc/hosts"),
            .. Text("hosts: files\npasswd: files\ngroup: files\n", "/etc/nsswitch.conf"),
            "--proc", "/proc", "--dev", "/dev", .. Temporary("/dev/shm"), "--remount-ro", "/dev",
            "--bind", staging.AddTemporary(spec.Limits.Temporary * 1024L * 1024), "/tmp",
            .. Bind("--bind", WorkspaceFiles.Home(spec), Home),
            .. Bind("--ro-bind", WorkspaceFiles.Input(spec), Input),
            .. Bind("--bind", WorkspaceFiles.Output(spec), Output),
            .. spec.Manifests is { } manifests ? Bind("--ro-bind", manifests, Manifests) : [],
            .. spec.Template is { } template ? Bind("--ro-bind", template, Template) : [],
            .. spec.ToolsDirectory is { } tools ? Bind("--ro-bind", tools, Tools) : ["--dir", Tools],
            "--dir", Programs,
            .. ToolPaths.Outside.SelectMany(tool => Bind("--ro-bind", tool, $"{Programs}/{Path.GetFileName(tool)}")),
            "--remount-ro", "/",
            "--chdir", Home,
        ];
    }

    private static IEnumerable<string> System()
    {
        yield return "--ro-bind";
        yield return "/usr";
        yield return "/usr";
        foreach (var name in new[] { "/bin", "/sbin", "/lib", "/lib32", "/lib64" })
        {
            if (!Directory.Exists(name)) continue;
            var isLink = new DirectoryInfo(name).LinkTarget;
            yield return isLink is null ? "--ro-bind" : "--symlink";
            yield return isLink ?? name;
            yield return name;
        }
        foreach (var name in s_settings)
        {
            yield return "--ro-bind-try";
            yield return $"/etc/{name}";
            yield return $"/etc/{name}";
        }
    }
}
