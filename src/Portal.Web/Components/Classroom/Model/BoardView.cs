using System.Collections.Immutable;

namespace Portal.Web.Components.Classroom.Model;

public enum BoardOrder { Joined, Name, Progress, Stuck, Idle }

public enum BoardFilter { All, Stuck, Help, Idle, Done }

/// <summary>
/// How an instructor looks at boards; the browser remembers it, but for what is searched and selected.
/// </summary>
public sealed record BoardView
{
    /// <summary>More pinned learners than this are forgotten, the oldest first.</summary>
    private const int MaxPinned = 100;

    public bool Hidden { get; init; }
    public BoardOrder Order { get; init; }
    public BoardFilter Filter { get; init; }

    /// <summary>Ids of learners that stand first.</summary>
    public ImmutableArray<string> Pinned { get; init; } = [];

    public BoardView Pin(string learnerId) =>
        this with
        {
            Pinned = Pinned.Contains(learnerId)
                ? Pinned.Remove(learnerId)
                : [.. Pinned.TakeLast(MaxPinned - 1), learnerId],
        };

    /// <summary>What a browser kept, which may be anything.</summary>
    public static BoardView Of(Stored? stored) =>
        new()
        {
            Hidden = stored?.Hidden ?? false,
            Order = Value<BoardOrder>(stored?.Order),
            Filter = Value<BoardFilter>(stored?.Filter),
            Pinned = [.. stored?.Pinned?.OfType<string>().Take(MaxPinned) ?? []],
        };

    public Stored Store() => new(Hidden, Order.ToString(), Filter.ToString(), [.. Pinned]);

    private static T Value<T>(string? stored)
        where T : struct, Enum => Enum.TryParse<T>(stored, out var value) && Enum.IsDefined(value) ? value : default;

    public sealed record Stored(bool Hidden, string? Order, string? Filter, string?[]? Pinned);
}
