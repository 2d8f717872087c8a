namespace Portal.Sandbox.Programs;

/// <summary>What a container's image does. One instance per container; its calls may run at the same time.</summary>
internal interface IPodProgram
{
    /// <summary>Whether the program accepts connections on this port.</summary>
    bool Listens(ContainerInstance container, int port) => false;

    /// <summary>The certificate and key, in PEM, that the program shows on a port to clients that ask for a name; null where it does not speak TLS.</summary>
    string? CertificateFor(ContainerInstance container, int port, string serverName) => null;

    /// <summary>Whether a port does not speak HTTP.</summary>
    bool IsRaw(ContainerInstance container, int port) => false;

    /// <summary>CPU time that an answer takes on the simulated node.</summary>
    TimeSpan RequestCost => TimeSpan.FromMicroseconds(500);

    /// <summary>Memory of a process that does nothing, in bytes.</summary>
    long BaseMemory => 8 << 20;

    /// <summary>Whether a signal to end is followed at once; a shell as first process ignores it and is killed.</summary>
    bool EndsGracefully => true;

    /// <summary>Whether its answers to probes never change while it runs, so that asking once is enough.</summary>
    bool AnswersProbesAlike => false;

    /// <summary>Whether it does things that nobody asked it for just now (loops, load, jobs): its cluster is then never idle.</summary>
    bool ActsByItself(ContainerInstance container) => false;

    /// <summary>Answers a request that reached the program (after any sidecar).</summary>
    ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken) =>
        ValueTask.FromResult(HttpReply.Fail(ConnectionFailure.Refused));

    /// <summary>The main process: its exit code, or it runs until cancelled. Servers keep the default.</summary>
    async Task<int> RunAsync(ContainerInstance container, CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() => stopped.TrySetResult(143)).ConfigureAwait(false);
        return await stopped.Task.ConfigureAwait(false);
    }
}
