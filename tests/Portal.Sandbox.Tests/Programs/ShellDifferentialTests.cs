using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Programs;

/// <summary>
/// Scripts that must do in the sandbox's shell what they do in busybox: same output, same status, errors where it has
/// some.
/// </summary>
public sealed class ShellDifferentialTests(ShellFixture shell) : IClassFixture<ShellFixture>
{
    private static readonly string s_directory = Path.Combine(AppContext.BaseDirectory, "TestAssets", "shell");

    public static IEnumerable<TheoryDataRow<string, string>> Cases()
    {
        foreach (
            var file in System.IO.Directory.EnumerateFiles(s_directory, "*.sh-cases").Order(StringComparer.Ordinal)
        )
        {
            foreach (var text in ("\n" + File.ReadAllText(file)).Split("\n### ").Skip(1))
            {
                var end = text.IndexOf('\n', StringComparison.Ordinal);
                var name = $"{Path.GetFileNameWithoutExtension(file)}: {text[..end]}";
                yield return new(name, text[(end + 1)..]) { TestDisplayName = name };
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Script_InTheSandbox_DoesWhatItDoesInBusybox(string name, string script)
    {
        Assert.NotEmpty(name);
        var expected = await shell.BusyboxAsync(script);

        var actual = await shell.RunAsync(script);

        Assert.Equal(expected.Output, actual.Output);
        Assert.Equal(expected.Status, actual.Status);
        Assert.True(
            expected.Error.Length == 0 == (actual.Error.Length == 0),
            $"busybox: {expected.Error}\nsandbox: {actual.Error}"
        );
    }

    [Fact]
    public void Cases_AreHundreds() => Assert.True(Cases().Count() >= 300, $"{Cases().Count()} cases");
}
