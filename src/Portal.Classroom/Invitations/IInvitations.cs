using System.Collections.Immutable;
using Portal.Classroom.Model;

namespace Portal.Classroom.Invitations;

/// <summary>Links into a class, each for one person and one use.</summary>
public interface IInvitations
{
    /// <summary>Makes a link for each name, or none when there is a problem with any.</summary>
    Task<InvitationResult> InviteAsync(
        string classId,
        IReadOnlyList<Invitee> invitees,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Reads a roster file and makes a link for each of its rows, or none when there is a problem with any.
    /// </summary>
    Task<InvitationResult> ImportAsync(string classId, ReadOnlyMemory<byte> file, CancellationToken cancellationToken);

    /// <summary>Those that nobody has used, by name.</summary>
    Task<ImmutableArray<Invitation>> ListAsync(string classId, CancellationToken cancellationToken);

    Task RevokeAsync(string classId, string invitationId, CancellationToken cancellationToken);

    /// <summary>The invitation with its class.</summary>
    /// <exception cref="ClassroomException">There is none that can be used now.</exception>
    Task<Invitation> FindAsync(string token, CancellationToken cancellationToken);

    /// <summary>Uses the invitation up: the person is in the class.</summary>
    /// <exception cref="ClassroomException">It cannot be used now, or the name is taken in the class.</exception>
    Task<Invitation> AcceptAsync(string token, string personId, CancellationToken cancellationToken);
}

/// <param name="Line">Where the name stands in what the instructor gave.</param>
public sealed record Invitee(int Line, string Name);

public sealed record InvitationProblem(int Line, string Message);

/// <param name="Token">What the link carries; it is told once and kept nowhere.</param>
public sealed record IssuedInvitation(string Name, string Token);

/// <summary>Either problems or invitations.</summary>
public sealed record InvitationResult(
    ImmutableArray<InvitationProblem> Problems,
    ImmutableArray<IssuedInvitation> Issued
)
{
    public static InvitationResult Refused(IEnumerable<InvitationProblem> problems) =>
        new([.. problems.OrderBy(p => p.Line)], []);
}
