using System.Text;
using Portal.Labs.Shell;
using Xunit;

namespace Portal.Labs.Tests.Shell;

/// <summary>Tab in a real bash, with the real kubectl.</summary>
public sealed class ShellCompletionTests : WorkspaceFixture
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var kubectl = ToolPaths.Find("kubectl") ?? throw new InvalidOperationException("kubectl is not on the PATH.");
        File.Copy(kubectl, Path.Combine(Root, "tools", "kubectl"), overwrite: true);
    }

    [Theory]
    [InlineData("kubectl api-res", "kubectl api-resources ")]
    [InlineData("k api-res", "k api-resources ")]
    // Parted by bash at the equals sign.
    [InlineData("k get --output=js", "k get --output=json")]
    [InlineData("k apply -f manif", "k apply -f manifests/")]
    [InlineData("helm instal", "helm install ")]
    public async Task Tab_PartOfAWord_IsCompleted(string typed, string completed)
    {
        await using var terminal = Workspace.ScreenOf(null).Attach(120, 30);

        await terminal.WriteAsync(Encoding.UTF8.GetBytes($"{typed}\t"), CancellationToken.None);

        await ReadUntil(terminal, completed);
    }

    [Fact]
    public async Task Start_BeforeTheFirstTab_HasReadNoScriptOfATool() =>
        Assert.Equal("none", (await Output("declare -F __start_kubectl || echo none")).Trim());

    [Fact]
    public async Task K_InACommand_IsKubectl() =>
        Assert.Contains("Client Version", await Output("k version --client"), StringComparison.Ordinal);
}
