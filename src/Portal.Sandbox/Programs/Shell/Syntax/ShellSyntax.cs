namespace Portal.Sandbox.Programs.Shell;

/// <summary>The shell's grammar as a tree. What the parser made is never changed.</summary>
internal abstract record ShellNode;

/// <summary>Commands one after the other; those with <c>Background</c> are not waited for.</summary>
internal sealed record ListNode(IReadOnlyList<(ShellNode Command, bool Background)> Items) : ShellNode;

internal sealed record AndOrNode(ShellNode First, IReadOnlyList<(bool And, ShellNode Command)> Rest) : ShellNode;

internal sealed record PipelineNode(IReadOnlyList<ShellNode> Commands, bool Negated) : ShellNode;

internal sealed record Assignment(string Name, bool Append, Word Value);

internal sealed record Redirection(int Number, string Operator, Word Target);

internal sealed record SimpleCommandNode(
    IReadOnlyList<Assignment> Assignments,
    IReadOnlyList<Word> Words,
    IReadOnlyList<Redirection> Redirections
) : ShellNode;

/// <summary>A compound command with redirections of its own.</summary>
internal sealed record RedirectedNode(ShellNode Body, IReadOnlyList<Redirection> Redirections) : ShellNode;

internal sealed record SubshellNode(ShellNode Body) : ShellNode;

internal sealed record IfNode(IReadOnlyList<(ShellNode Condition, ShellNode Body)> Branches, ShellNode? Else)
    : ShellNode;

internal sealed record LoopNode(ShellNode Condition, ShellNode Body, bool Until) : ShellNode;

/// <param name="Words">Null for the positional parameters.</param>
internal sealed record ForNode(string Name, IReadOnlyList<Word>? Words, ShellNode Body) : ShellNode;

internal sealed record CaseNode(Word Subject, IReadOnlyList<(IReadOnlyList<Word> Patterns, ShellNode? Body)> Items)
    : ShellNode;

internal sealed record FunctionNode(string Name, ShellNode Body) : ShellNode;

/// <summary><c>[[ … ]]</c>: words that are not split, and its operators.</summary>
internal sealed record ConditionalNode(IReadOnlyList<(string? Operator, Word? Word)> Terms) : ShellNode;

/// <param name="Parts">None for an empty word that is not even quoted.</param>
internal sealed record Word(IReadOnlyList<WordPart> Parts)
{
    /// <summary>The text of a word without quotes and expansions: what keywords and names are recognized by.</summary>
    public string? Plain => Parts is [LiteralPart { Quoted: false } part] ? part.Text : null;
}

internal abstract record WordPart(bool Quoted);

internal sealed record LiteralPart(string Text, bool Quoted) : WordPart(Quoted);

/// <param name="Operator">What follows the name in braces: <c>:-</c>, <c>##</c>, <c>/</c>, <c>:</c> and so on;
/// "length" for <c>${#name}</c>; empty for none.</param>
internal sealed record ParameterPart(string Name, string Operator, Word? Argument, Word? Second, bool Quoted)
    : WordPart(Quoted);

internal sealed record CommandPart(ShellNode Body, bool Quoted) : WordPart(Quoted);

internal sealed record ArithmeticPart(Word Expression, bool Quoted) : WordPart(Quoted);

/// <summary>The script is no script. <see cref="Incomplete"/> says that more lines could make it one.</summary>
internal sealed class ShellSyntaxException(string message, bool incomplete = false)
    : Exception("syntax error: " + message)
{
    public bool Incomplete => incomplete;
}
