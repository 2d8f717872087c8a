using System.Collections;
using System.Diagnostics;
using System.Reflection;
using Portal.Labs.Shell;
using Portal.Labs.Shell.Pty;

namespace Portal.Labs;

/// <summary>
/// An ordinary user's way to workspaces that are apart: the program begins anew as root of a user namespace of its own
/// (<c>user_namespaces(7)</c>), which may make what they are made of and is on the machine who it was before.
/// </summary>
public static class OwnNamespace
{
    /// <summary>A variable of the environment; when it is set a program stays as it was started.</summary>
    public const string Variable = "PORTAL_USER_NAMESPACE";

    private const string Settings = "/proc/sys";

    /// <summary>With the user's subordinate ids, so that each workspace has a user of its own; else without.</summary>
    private static readonly string[][] s_maps =
        [["--user", "--map-root-user", "--map-auto"], ["--user", "--map-root-user"]];

    private static readonly string[] s_walls =
        ["--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"];

    /// <summary>
    /// Replaces the process by itself in a user namespace, with the same id, arguments, terminal and open files.
    /// Returns where it is root already, where walls would not work, and in a process that is another program's. To be
    /// called before everything else.
    /// </summary>
    /// <param name="program">Whose process it must be.</param>
    public static void Enter(Assembly program)
    {
        // A debugger would lose the process that it looks at.
        if (!OperatingSystem.IsLinux() || Kernel.UserId() == 0 || IsToStay || Debugger.IsAttached) return;
        if (Assembly.GetEntryAssembly() != program || Environment.ProcessPath is not { } self) return;
        if (ToolPaths.Find("unshare") is not { } unshare || ToolPaths.Find("bwrap") is null) return;
        foreach (var map in s_maps)
        {
            if (TryWalls(unshare, map) is not null) continue;
            // Between zeros, the last one too; the first is how the program was called.
            var arguments = File.ReadAllText("/proc/self/cmdline").Split('\0')[1..^1];
            Kernel.Execute([unshare, .. map, "--", self, .. arguments], ChangedEnvironment());
            return;
        }
    }

    /// <summary>What keeps this user's programs from it, as something to do.</summary>
    internal static string Remedy() => Remedy(Settings);

    internal static string Remedy(string settings)
    {
        bool Is(string name, string value) =>
            Path.Combine(settings, name) is var file && File.Exists(file) && File.ReadAllText(file).Trim() == value;

        return 0 switch
        {
            _ when IsToStay && Kernel.UserId() != 0 => $"Start the portal without {Variable} in its environment.",
            _ when ToolPaths.Find("unshare") is null => "Install util-linux and start the portal again.",
            _ when Is("kernel/unprivileged_userns_clone", "0") =>
                "Allow user namespaces with sysctl -w kernel.unprivileged_userns_clone=1, or run the portal as root.",
            _ when Is("user/max_user_namespaces", "0") =>
                "Allow user namespaces with sysctl -w user.max_user_namespaces=10000, or run the portal as root.",
            _ when Is("kernel/apparmor_restrict_unprivileged_userns", "1") =>
                "Allow user namespaces with sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, "
                    + "or run the portal as root.",
            _ => "Allow user namespaces and mounts: in a container with the settings of docker-compose.yml; "
                + "elsewhere run the portal as root.",
        };
    }

    /// <summary>Tries to build the walls of a workspace.</summary>
    /// <param name="before">What starts bwrap; empty for nothing.</param>
    /// <returns>What was said when that could not be done, or null.</returns>
    internal static string? TryWalls(params IEnumerable<string> before)
    {
        try
        {
            string[] command =
            [
                .. before, ToolPaths.Find("bwrap")!, .. s_walls,
                "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "true",
            ];
            // All three, or the runtime prepares the terminal for a child.
            using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            var said = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : said.Trim();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return e.Message;
        }
    }

    private static string? TryWalls(string unshare, string[] map) => TryWalls([unshare, .. map, "--"]);

    private static bool IsToStay => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    private static IEnumerable<string> ChangedEnvironment()
    {
        var variables = Environment.GetEnvironmentVariables();
        variables[Variable] = "entered";
        // In there the C library would name the home of root.
        variables["HOME"] ??= Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return variables.Cast<DictionaryEntry>().Select(v => $"{v.Key}={v.Value}");
    }
}
