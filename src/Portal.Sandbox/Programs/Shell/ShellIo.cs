using System.Text;
using System.Threading.Channels;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>
/// The standard streams that a process gets from outside. Text is UTF-8. Writers are called one at a time by one
/// command.
/// </summary>
internal sealed class ShellIo(ChannelReader<byte[]> input, Func<ReadOnlyMemory<byte>, Task> stdout, Func<ReadOnlyMemory<byte>, Task> stderr)
{
    public ChannelReader<byte[]> Input => input;

    /// <summary>An input that has ended.</summary>
    public static ChannelReader<byte[]> NoInput { get; } = Ended();

    public Task OutAsync(string text) => text.Length == 0 ? Task.CompletedTask : stdout(Encoding.UTF8.GetBytes(text));

    public Task WriteAsync(ReadOnlyMemory<byte> data) => stdout(data);

    public Task WriteErrorAsync(ReadOnlyMemory<byte> data) => stderr(data);

    public Task ErrorAsync(string text) => stderr(Encoding.UTF8.GetBytes(text));

    private static ChannelReader<byte[]> Ended()
    {
        var channel = Channel.CreateBounded<byte[]>(1);
        channel.Writer.TryComplete();
        return channel.Reader;
    }
}
