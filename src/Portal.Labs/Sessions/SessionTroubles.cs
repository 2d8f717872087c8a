using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>Shows in a session's snapshots what is late and why, while it lasts.</summary>
internal sealed class SessionTroubles(Live<SessionSnapshot> live, TimeProvider time)
{
    public void Begin(TroubleKind kind) => Begin(kind, Words(kind));

    /// <param name="message">In words for the learner.</param>
    public void Begin(TroubleKind kind, string message) => live.Update(s => s.Troubles.Any(t => t.Kind == kind)
        ? s
        : s with { Troubles = s.Troubles.Add(new(kind, time.GetUtcNow(), message)) });

    public void End(TroubleKind kind) => live.Update(s => s.Troubles.Any(t => t.Kind == kind)
        ? s with { Troubles = s.Troubles.RemoveAll(t => t.Kind == kind) }
        : s);

    private static string Words(TroubleKind kind) =>
        kind switch
        {
            TroubleKind.Loading =>
                "Your progress cannot be read yet: the portal's database cannot be reached. Your cluster "
                    + "starts as soon as it can; you can read on.",
            TroubleKind.Saving =>
                "Saving is late: the portal's database cannot be reached. What you did is kept and saved by "
                    + "itself; what waits says “not saved yet”.",
            TroubleKind.Grading =>
                "Grading is late: a part of the portal failed and starts again. What you did is kept; checks "
                    + "catch up by themselves.",
            _ => "The cluster panel is late: a part of the portal failed and starts again. Your cluster goes on.",
        };
}
