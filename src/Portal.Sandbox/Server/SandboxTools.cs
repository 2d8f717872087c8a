using System.Reflection;
using Portal.Sandbox.Istioctl;

namespace Portal.Sandbox;

/// <summary>Files that a workspace needs to work with a sandbox cluster as with a real one.</summary>
public static class SandboxTools
{
    private const string Prefix = "distribution/";

    /// <summary>Writes the <c>istioctl</c> launcher into a directory. It finds its cluster through KUBECONFIG as kubectl does.</summary>
    public static void WriteLaunchers(string directory)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "istioctl");
        File.WriteAllText(path, ReadResource("launcher.sh"));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }

    /// <summary>Writes the <c>istio-1.30.3/</c> tree (bin, samples) into a directory.</summary>
    public static void WriteDistribution(string directory)
    {
        var root = Path.Combine(directory, "istio-" + ProfileManifests.Version);
        WriteLaunchers(Path.Combine(root, "bin"));
        foreach (var name in Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var path = Path.Combine(root, name[Prefix.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, ReadResource(name));
        }
    }

    private static string ReadResource(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
