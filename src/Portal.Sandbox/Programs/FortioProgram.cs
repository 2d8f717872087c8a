using Portal.Sandbox.Programs.Shell;

namespace Portal.Sandbox.Programs;

/// <summary>The fortio image: a load generator when its arguments say so, else an echo server.</summary>
internal sealed class FortioProgram : IPodProgram
{
    public bool Listens(ContainerInstance container, int port) => Arguments(container) is [] or ["server", ..] && port == FortioServer.Port(Arguments(container));

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken) => FortioServer.AnswerAsync(container, call, cancellationToken);

    public async Task<int> RunAsync(ContainerInstance container, CancellationToken cancellationToken)
    {
        var arguments = Arguments(container);
        if (arguments is [] or ["server", ..])
        {
            container.Log.Write($"Fortio {FortioCommand.Version} http-echo server listening on tcp [::]:{FortioServer.Port(arguments)}\n\t UI started - visit:\n\t\thttp://localhost:{FortioServer.Port(arguments)}/fortio/");
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        }
        return await FortioCommand
            .RunAsync(new ProgramSession(container, null), [.. arguments], container.LogIo(), cancellationToken)
            .ConfigureAwait(false);
    }

    private static List<string> Arguments(ContainerInstance container) =>
        [.. container.Command.SkipWhile((c, i) => i == 0 && (c == "fortio" || c.EndsWith("/fortio", StringComparison.Ordinal)))];
}
