using Microsoft.Extensions.Logging.Abstractions;
using Portal.Labs.Shell.Pty;
using Portal.Shared;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell.Pty;

public sealed class SealedChannelTests
{
    [Fact]
    public async Task WasSaid_ByWhoSpokeFirst_IsBelievedOnce()
    {
        using var channel = await SayAsync("printf hello >&3; printf a >&3; printf b >&3; printf c >&3");

        Assert.True(channel.WasSaid("b"));
        Assert.False(channel.WasSaid("b"));
        Assert.False(channel.WasSaid("a"));
        Assert.False(channel.WasSaid("d"));
        Assert.True(channel.WasSaid("c"));
    }

    [Fact]
    public async Task WasSaid_ByAnother_IsNotBelieved()
    {
        using var channel = await SayAsync("printf hello >&3; (printf a >&3); bash -c 'printf a >&3'; printf b >&3");

        Assert.False(channel.WasSaid("a"));
        Assert.True(channel.WasSaid("b"));
    }

    [Fact]
    public async Task WasSaid_FloodAndLongWords_ForgetsTheOldest()
    {
        using var channel = await SayAsync(
            "printf hello >&3; printf '%05000d' 0 >&3; for i in {1..40}; do printf $i >&3; done"
        );

        Assert.False(channel.WasSaid("24"));
        Assert.True(channel.WasSaid("25"));
        Assert.True(channel.WasSaid("40"));
    }

    private static async Task<SealedChannel> SayAsync(string script)
    {
        var channel = new SealedChannel();
        var info = new PtyStartInfo("/bin/bash", ["-c", script], new Dictionary<string, string>(), "/")
        {
            Files = [channel.ChildEnd],
        };
        await using var shell = await PtySession
            .StartAsync(info, new Guarded("test", NullLogger.Instance, TimeProvider.System))
            .DefaultTimeout();
        await shell.Exited.DefaultTimeout();
        return channel;
    }
}
