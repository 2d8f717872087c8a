using System.Text;
using System.Threading.Channels;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>Where a command reads and writes. Writers are called one at a time by one command.</summary>
internal sealed class ShellIo(ChannelReader<byte[]> input, Func<ReadOnlyMemory<byte>, Task> stdout, Func<ReadOnlyMemory<byte>, Task> stderr)
{
    public ChannelReader<byte[]> Input => input;

    public Task OutAsync(string text) => text.Length == 0 ? Task.CompletedTask : stdout(Encoding.UTF8.GetBytes(text));

    public Task WriteAsync(ReadOnlyMemory<byte> data) => stdout(data);

    public Task ErrorAsync(string text) => stderr(Encoding.UTF8.GetBytes(text));

    /// <summary>Everything that comes in until it ends.</summary>
    public async Task<string> ReadAllAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        await foreach (var chunk in input.ReadAllAsync(cancellationToken).ConfigureAwait(false)) text.Append(Encoding.UTF8.GetString(chunk));
        return text.ToString();
    }

    /// <summary>The same errors, with text as input and another output.</summary>
    public ShellIo With(string? text, StringBuilder? output)
    {
        var reader = input;
        if (text is not null)
        {
            var channel = Channel.CreateUnbounded<byte[]>();
            if (text.Length > 0) channel.Writer.TryWrite(Encoding.UTF8.GetBytes(text));
            channel.Writer.TryComplete();
            reader = channel.Reader;
        }
        return new(reader, output is null ? stdout : data =>
        {
            // Background jobs write to the same place.
            lock (output) output.Append(Encoding.UTF8.GetString(data.Span));
            return Task.CompletedTask;
        }, stderr);
    }

    /// <summary>Output or errors (or both) thrown away or sent to the other.</summary>
    public ShellIo Redirect(bool dropOut, bool dropErrors, bool errorsToOut)
    {
        Func<ReadOnlyMemory<byte>, Task> nothing = _ => Task.CompletedTask;
        return new(input, dropOut ? nothing : stdout, dropErrors ? nothing : errorsToOut ? (dropOut ? nothing : stdout) : stderr);
    }
}
