using System.Text;
using System.Threading.Channels;
using Portal.Sandbox.Programs.Shell;

namespace Portal.Sandbox.Programs;

/// <summary>The fortio image: a load generator when its arguments say so, else an echo server on port 8080.</summary>
internal sealed class FortioProgram : IPodProgram
{
    public bool Listens(ContainerInstance container, int port) => port is 8080 && Arguments(container) is [] or ["server", ..];

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken) =>
        ValueTask.FromResult(call.PathOnly.StartsWith("/debug", StringComparison.Ordinal)
            ? HttpReply.Of(200, $"Φορτίο version 1.69.5 echo debug server on {container.Pod.Name}\n\n{call.Method} {call.Path} HTTP/1.1\n\nheaders:\n\nHost: {call.Authority}\n{string.Concat(call.Headers.Items.Select(h => $"{h.Key}: {h.Value}\n"))}")
            : HttpReply.Of(200, Encoding.UTF8.GetString(call.Body.Span)));

    public async Task<int> RunAsync(ContainerInstance container, CancellationToken cancellationToken)
    {
        var none = Channel.CreateUnbounded<byte[]>();
        none.Writer.TryComplete();
        Task Write(ReadOnlyMemory<byte> data)
        {
            container.Log.Write(Encoding.UTF8.GetString(data.Span));
            return Task.CompletedTask;
        }
        var arguments = Arguments(container);
        if (arguments is [] or ["server", ..])
        {
            container.Log.Write("Fortio 1.69.5 http-echo server listening on tcp [::]:8080");
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        }
        return await FortioCommand.RunAsync(new ShellSession(container), [.. arguments], new ShellIo(none.Reader, Write, Write), cancellationToken).ConfigureAwait(false);
    }

    private static List<string> Arguments(ContainerInstance container) =>
        [.. container.Command.SkipWhile((c, i) => i == 0 && (c == "fortio" || c.EndsWith("/fortio", StringComparison.Ordinal)))];
}
