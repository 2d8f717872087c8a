using System.Collections.Immutable;

namespace Portal.Labs.Editing;

public enum SuggestionKind { Field, Value, Document }

/// <summary>Something that can be written at a place of a manifest.</summary>
/// <param name="Insert">What is written; of several lines, the second and those after it are to be moved as far right
/// as the line begins.</param>
/// <param name="Detail">Its type, in a word or two.</param>
/// <param name="Description">What the cluster says of it.</param>
/// <param name="IsRequired">Whether the object is incomplete without.</param>
public sealed record Suggestion(
    string Label,
    string Insert,
    string Detail,
    string Description,
    SuggestionKind Kind,
    bool IsRequired = false
);

/// <param name="Start">Column from which it replaces what is there, from 0.</param>
/// <param name="End">Column up to which.</param>
public sealed record Suggestions(ImmutableArray<Suggestion> Items, int Start, int End)
{
    public static Suggestions None { get; } = new([], 0, 0);
}

/// <summary>What the cluster says of a field.</summary>
/// <param name="Path">Such as <c>spec.http.route.weight</c>.</param>
public sealed record FieldExplanation(string Path, string Type, string Description, bool IsRequired);

/// <summary>Something in a manifest that the cluster would not take.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="IsWarning">It may come right by itself, such as a namespace that is made later.</param>
public sealed record ManifestProblem(int Line, int Column, string Message, bool IsWarning = false);
