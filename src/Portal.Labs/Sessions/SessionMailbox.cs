using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Portal.Clusters;
using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>
/// What is asked of a session, handled one message at a time in order of arrival by one loop; between messages the loop
/// looks after the run that is under way. After the last message, which ends the session, nothing is taken any more.
/// </summary>
internal sealed class SessionMailbox
{
    private const int Limit = 256;

    private readonly Channel<Message> _messages = Channel.CreateUnbounded<Message>();
    private readonly SessionRuns _runs;
    private readonly ILogger _logger;
    private readonly CancellationToken _closing;
    private readonly Task _loop;

    /// <param name="closing">Once cancelled, what waits is refused; only the last message is handled.</param>
    public SessionMailbox(SessionRuns runs, Guarded guarded, ILogger logger, CancellationToken closing)
    {
        _runs = runs;
        _logger = logger;
        _closing = closing;
        _loop = guarded.Keep("mailbox", _ => HandleAllAsync(), CancellationToken.None);
    }

    /// <summary>Leaves a message. The task completes when it has been handled, with what handling it threw.</summary>
    /// <exception cref="RunRefusedException">The session has ended, or too much waits.</exception>
    public Task PostAsync(string name, Func<Task> handle)
    {
        if (_messages.Reader.Count >= Limit)
            throw new RunRefusedException("Too much is waiting already. Try again in a moment.");
        var message = new Message(name, handle, IsLast: false);
        if (!_messages.Writer.TryWrite(message)) throw Ended();
        return message.Handled.Task;
    }

    /// <summary>
    /// Leaves a message of the session's own, for which nobody waits; without effect when the session has ended.
    /// </summary>
    public void Tell(string name, Action handle) =>
        _messages.Writer.TryWrite(
            new Message(
                name,
                () =>
                {
                    handle();
                    return Task.CompletedTask;
                },
                IsLast: false
            )
        );

    /// <summary>
    /// Leaves the last message; completes when it has been handled and the loop has ended, with what handling it
    /// threw.
    /// </summary>
    public async Task CloseAsync(string name, Func<Task> handle)
    {
        var message = new Message(name, handle, IsLast: true);
        _messages.Writer.TryWrite(message);
        _messages.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
        await message.Handled.Task.ConfigureAwait(false);
    }

    private static RunRefusedException Ended() => new("This session has ended. Reload the page.");

    private async Task HandleAllAsync()
    {
        Task<bool>? more = null;
        while (true)
        {
            _runs.Settle();
            if (_messages.Reader.TryRead(out var message))
            {
                await HandleAsync(message).ConfigureAwait(false);
                continue;
            }
            more = more is { IsCompleted: false }
                ? more
                : _messages.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
            if (
                await Task.WhenAny(more, _runs.ActiveEnded).ConfigureAwait(false) == more
                && !await more.ConfigureAwait(false)
            )
                return;
        }
    }

    private async Task HandleAsync(Message message)
    {
        try
        {
            if (_closing.IsCancellationRequested && !message.IsLast) throw Ended();
            await message.Handle().ConfigureAwait(false);
            message.Handled.TrySetResult();
        }
        catch (Exception e)
        {
            if (
                e is not (RunRefusedException or ClusterUnavailableException)
                && (message.IsLast || !_closing.IsCancellationRequested)
            )
                Log.MessageFailed(_logger, e, message.Name);
            message.Handled.TrySetException(e is OperationCanceledException ? Ended() : e);
            _ = message.Handled.Task.Exception; // seen: who asked may have gone
        }
    }

    private sealed record Message(string Name, Func<Task> Handle, bool IsLast)
    {
        public TaskCompletionSource Handled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
