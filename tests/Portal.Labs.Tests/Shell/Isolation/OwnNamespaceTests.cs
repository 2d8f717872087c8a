using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell.Isolation;

/// <summary>What an operator reads whose machine keeps user namespaces from them.</summary>
public sealed class OwnNamespaceTests : IDisposable
{
    private readonly TempDirectory _settings = new();

    public void Dispose() => _settings.Dispose();

    [Theory]
    [InlineData("kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1")]
    [InlineData("user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=10000")]
    [InlineData(
        "kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    )]
    public void Remedy_SettingThatForbidsNamespaces_IsNamed(string setting, string value, string remedy)
    {
        _settings.Write(setting, value + "\n");

        Assert.Contains(remedy, OwnNamespace.Remedy(_settings.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Remedy_NoSettingForbidsThem_LooksForAContainer() =>
        Assert.Contains("docker-compose.yml", OwnNamespace.Remedy(_settings.Path), StringComparison.Ordinal);
}
