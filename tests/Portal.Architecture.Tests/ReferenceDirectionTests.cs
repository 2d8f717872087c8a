using System.Xml.Linq;
using Xunit;

namespace Portal.Architecture.Tests;

/// <summary>
/// One direction of references: Web, Cli → Labs → {Content, Clusters → Sandbox}; Web, Cli → Classroom.
/// </summary>
public sealed class ReferenceDirectionTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new(StringComparer.Ordinal)
    {
        ["Portal.Content"] = [],
        ["Portal.Sandbox"] = [],
        ["Portal.Sandbox.SchemaGenerator"] = [],
        ["Portal.Clusters"] = ["Portal.Sandbox"],
        ["Portal.Labs"] = ["Portal.Content", "Portal.Clusters"],
        ["Portal.Classroom"] = [],
        ["Portal.Classroom.Sqlite"] = ["Portal.Classroom"],
        ["Portal.Classroom.PostgreSql"] = ["Portal.Classroom"],
        ["Portal.Web"] = ["Portal.Labs", "Portal.Classroom", "Portal.Classroom.Sqlite", "Portal.Classroom.PostgreSql"],
        ["Portal.Cli"] = ["Portal.Labs", "Portal.Classroom.Sqlite", "Portal.Classroom.PostgreSql"],
    };

    public static TheoryData<string> Projects()
    {
        var data = new TheoryData<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Root(), "src"), "*.csproj", SearchOption.AllDirectories)) data.Add(file);
        return data;
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void ProjectReferences_EachProject_PointDownOnly(string projectFile)
    {
        var name = Path.GetFileNameWithoutExtension(projectFile);

        Assert.True(s_allowed.TryGetValue(name, out var allowed), $"{name} is not in the list of projects: say where it belongs.");
        var references = XDocument.Load(projectFile).Descendants("ProjectReference")
            .Where(r => (string?)r.Attribute("ReferenceOutputAssembly") != "false")
            .Select(r => Path.GetFileNameWithoutExtension(((string)r.Attribute("Include")!).Replace('\\', '/')));
        Assert.Empty(references.Except(allowed!));
    }

    [Fact]
    public void PortalWeb_Source_UsesNoKubernetesClientType()
    {
        var offenders = Directory.EnumerateFiles(Path.Combine(Root(), "src", "Portal.Web"), "*.*", SearchOption.AllDirectories)
            .Where(f => f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".razor", StringComparison.Ordinal))
            .Where(f => File.ReadAllText(f).Contains("using k8s", StringComparison.Ordinal));

        Assert.Empty(offenders);
    }

    internal static string Root()
    {
        for (var dir = new DirectoryInfo(AppContext.BaseDirectory); dir is not null; dir = dir.Parent)
        {
            if (File.Exists(Path.Combine(dir.FullName, "Portal.sln"))) return dir.FullName;
        }
        throw new InvalidOperationException("Portal.sln was not found above " + AppContext.BaseDirectory);
    }
}
