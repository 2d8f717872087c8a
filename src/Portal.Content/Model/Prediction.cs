using System.Collections.Immutable;

namespace Portal.Content.Model;

/// <summary>
/// A question that is asked before a block may run: what will happen? It earns no points; what was chosen is shown
/// beside what was right once the block has run.
/// </summary>
/// <param name="Id">Unique within the lesson, among its checks too.</param>
/// <param name="Answer">The key of the choice that is right.</param>
/// <param name="Because">Why; in words for whoever was wrong.</param>
/// <param name="BlockId">The block that waits for it.</param>
/// <param name="Line">1-based line of the opening fence in the source.</param>
public sealed record Prediction(
    string Id,
    string Question,
    ImmutableArray<PredictionChoice> Choices,
    string Answer,
    string Because,
    string BlockId,
    int Line
)
{
    /// <summary>The choice of who does not know; always offered, never right.</summary>
    public const string Unknown = "?";

    /// <summary>What a key says; null for one that is no choice.</summary>
    public string? TextOf(string key) =>
        key == Unknown ? "I do not know yet" : Choices.FirstOrDefault(c => c.Key == key)?.Text;
}

/// <param name="Key">What is recorded.</param>
/// <param name="Text">What is read.</param>
public sealed record PredictionChoice(string Key, string Text);
