using Portal.Labs.Shell;
using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>
/// Who else types in a session's terminal: nobody but for whom the learner allows, for as long. Asked at each key.
/// </summary>
internal sealed class SessionGuests(Live<SessionSnapshot> live)
{
    /// <summary>More do not ask at once.</summary>
    private const int Limit = 5;

    public Task<ITerminalAttachment> AttachAsync(Workspace? workspace, string guestId) =>
        workspace is null
            ? throw new RunRefusedException("The workspace is still starting. Try again in a moment.")
            : Task.FromResult<ITerminalAttachment>(new GuestAttachment(this, guestId, workspace.FollowTerminal()));

    public Task AskAsync(string guestId, string name) =>
        Update(s =>
            s.Guests.Any(g => g.Id == guestId) || s.Guests.Length >= Limit
                ? s
                : s with { Guests = s.Guests.Add(new(guestId, name, MayType: false)) }
        );

    /// <summary>Without effect for who has not asked.</summary>
    public Task AllowAsync(string guestId) =>
        Update(s =>
            s.Guests.FirstOrDefault(g => g.Id == guestId) is { MayType: false } guest
                ? s with { Guests = s.Guests.Replace(guest, guest with { MayType = true }) }
                : s
        );

    public Task EndAsync(string guestId) =>
        Update(s =>
            s.Guests.Any(g => g.Id == guestId) ? s with { Guests = s.Guests.RemoveAll(g => g.Id == guestId) } : s
        );

    private Task Update(Func<SessionSnapshot, SessionSnapshot> change)
    {
        live.Update(change);
        return Task.CompletedTask;
    }

    private bool MayType(string guestId) => live.Current.Guests.Any(g => g.Id == guestId && g.MayType);

    private sealed class GuestAttachment(SessionGuests guests, string guestId, ITerminalAttachment terminal)
        : ITerminalAttachment
    {
        public TerminalSize Size => terminal.Size;

        public IAsyncEnumerable<ReadOnlyMemory<byte>> Output => terminal.Output;

        public ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken) =>
            guests.MayType(guestId)
                ? terminal.WriteAsync(input, cancellationToken)
                : throw new RunRefusedException("You can look on. Ask to join in before you type.");

        /// <summary>The size is the learner's.</summary>
        public ValueTask ResizeAsync(int columns, int rows, CancellationToken cancellationToken) =>
            ValueTask.CompletedTask;

        public async ValueTask DisposeAsync()
        {
            await guests.EndAsync(guestId).ConfigureAwait(false);
            await terminal.DisposeAsync().ConfigureAwait(false);
        }
    }
}
