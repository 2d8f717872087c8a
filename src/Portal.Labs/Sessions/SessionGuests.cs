using System.Collections.Immutable;
using Portal.Labs.Shell;
using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>
/// Who is in a session, and who else types in its terminals: nobody but for whom the learner allows, for as long. Asked
/// at each key.
/// </summary>
/// <param name="changed">Told who is in it, after each change.</param>
internal sealed class SessionGuests(
    Live<SessionSnapshot> live,
    Action<ImmutableArray<SessionPerson>> changed
)
{
    /// <summary>More do not ask at once.</summary>
    private const int Limit = 5;

    /// <summary>How many terminals each guest has.</summary>
    private ImmutableDictionary<string, int> _attached = ImmutableDictionary<string, int>.Empty;

    public ITerminalAttachment Attach(ShellScreen screen, string guestId)
    {
        ImmutableInterlocked.AddOrUpdate(ref _attached, guestId, 1, (_, count) => count + 1);
        return new GuestAttachment(this, guestId, screen.Follow());
    }

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

    /// <summary>Somebody has a page of the session open, until the result is disposed.</summary>
    public IAsyncDisposable Enter(SessionPerson person)
    {
        Change(person, 1);
        return new Visit(this, person);
    }

    private void Change(SessionPerson person, int pages)
    {
        var now = live.Update(s =>
        {
            var known = s.People.FirstOrDefault(p => p.Id == person.Id);
            var next = person with { Pages = (known?.Pages ?? 0) + pages };
            var people = known is null ? s.People.Add(next) : s.People.Replace(known, next);
            return WhoTypes(s with { People = people.RemoveAll(p => p.Pages <= 0) });
        });
        changed(now.People);
    }

    private Task Update(Func<SessionSnapshot, SessionSnapshot> change)
    {
        var before = live.Current.People;
        var now = live.Update(s =>
        {
            var next = change(s);
            return ReferenceEquals(next, s) ? s : WhoTypes(next);
        });
        if (now.People != before) changed(now.People);
        return Task.CompletedTask;
    }

    private static SessionSnapshot WhoTypes(SessionSnapshot s)
    {
        bool MayType(SessionPerson person) => s.Guests.Any(g => g.MayType && g.PersonId == person.Id);
        return s.People.All(p => p.MayType == MayType(p))
            ? s
            : s with { People = [.. s.People.Select(p => p with { MayType = MayType(p) })] };
    }

    /// <summary>One that has no terminal any more is not there: what was allowed ends.</summary>
    private Task DetachAsync(string guestId)
    {
        if (ImmutableInterlocked.AddOrUpdate(ref _attached, guestId, 0, (_, count) => count - 1) > 0)
            return Task.CompletedTask;
        ImmutableInterlocked.Update(ref _attached, a => a.GetValueOrDefault(guestId) == 0 ? a.Remove(guestId) : a);
        return EndAsync(guestId);
    }

    private bool MayType(string guestId) => live.Current.Guests.Any(g => g.Id == guestId && g.MayType);

    private sealed class Visit(SessionGuests guests, SessionPerson person) : IAsyncDisposable
    {
        private int _left;

        public ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) guests.Change(person, -1);
            return ValueTask.CompletedTask;
        }
    }

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

        private int _left;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) await guests.DetachAsync(guestId).ConfigureAwait(false);
            await terminal.DisposeAsync().ConfigureAwait(false);
        }
    }
}
