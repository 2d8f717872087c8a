using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Json;
using Portal.Sandbox.Tests.Mesh;
using Xunit;

namespace Portal.Sandbox.Tests.Istioctl;

/// <summary>
/// Command lines and what they print, in TestAssets/istioctl: each file has the objects that are there (<c>resources</c>), files that the command
/// lines name (<c>files</c>) and <c>cases</c>. <c>output</c> and <c>error</c> are whole texts, <c>table</c> is the output without its padding,
/// <c>contains</c> are parts of it. <c>{reviews-v1}</c> is the name of the pod whose name begins so, <c>{reviews-v1:ip}</c> its address.
/// </summary>
public sealed partial class IstioctlCaseTests(MeshFixture mesh) : IClassFixture<MeshFixture>
{
    private static readonly string s_assets = Path.Combine(AppContext.BaseDirectory, "TestAssets", "istioctl");

    public static TheoryData<string> Files() => [.. Directory.EnumerateFiles(s_assets, "*.yaml").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task CommandLines_OfAFile_PrintWhatItSays(string name)
    {
        var file = (JsonObject)YamlReader.ReadAll(await File.ReadAllTextAsync(Path.Combine(s_assets, name + ".yaml"))).Single();
        mesh.Reset();
        if (file.Str("resources") is { } resources) mesh.Apply(YamlReader.ReadAll(resources).Cast<JsonObject>());
        await mesh.SettledAsync();
        var files = file.Map("files");

        foreach (var c in file.Objects("cases"))
        {
            var command = Named(c.Str("run")!);
            var (code, output, error) = await mesh.IstioctlAsync(files, Words().Matches(command).Select(m => m.Value.Trim('\'')).ToArray());
            var shown = $"istioctl {command}\n{output}{error}";
            Assert.True(c.Int(0, "code") == code, $"exit code {code}: {shown}");
            if (c.Str("output") is { } text) Assert.True(Trim(Named(text)) == Trim(output), shown);
            if (c.Str("table") is { } table) Assert.True(Squeeze(Named(table)) == Squeeze(output), shown);
            if (c.Str("error") is { } wrong) Assert.True(Trim(Named(wrong)) == Trim(error), shown);
            foreach (var part in c.Strings("contains")) Assert.True(output.Contains(Named(part), StringComparison.Ordinal), $"{part} is not in {shown}");
            foreach (var part in c.Strings("lacks")) Assert.False(output.Contains(Named(part), StringComparison.Ordinal), $"{part} is in {shown}");
        }
    }

    private string Named(string text) => Pod().Replace(text, m => mesh.Pod(m.Groups[1].Value) is var pod && m.Groups[2].Success ? pod.Ip : pod.Name);

    private static string Trim(string text) => string.Join('\n', text.Split('\n').Select(l => l.TrimEnd())).TrimEnd('\n');

    private static string Squeeze(string text) => Trim(Spaces().Replace(text, " "));

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();

    [GeneratedRegex("""'[^']*'|\S+""")]
    private static partial Regex Words();

    [GeneratedRegex(@"\{([a-z0-9-]+)(:ip)?\}")]
    private static partial Regex Pod();
}
