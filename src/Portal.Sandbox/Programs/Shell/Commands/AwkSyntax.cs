namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>The tree of an awk program.</summary>
internal abstract record AwkNode;

internal sealed record AwkNumber(double Value) : AwkNode;

internal sealed record AwkString(string Value) : AwkNode;

internal sealed record AwkRegex(string Pattern) : AwkNode;

internal sealed record AwkVariable(string Name) : AwkNode;

internal sealed record AwkField(AwkNode Index) : AwkNode;

internal sealed record AwkElement(string Array, IReadOnlyList<AwkNode> Index) : AwkNode;

internal sealed record AwkUnary(string Operator, AwkNode Operand) : AwkNode;

internal sealed record AwkBinary(string Operator, AwkNode Left, AwkNode Right) : AwkNode;

internal sealed record AwkConditional(AwkNode Condition, AwkNode Yes, AwkNode No) : AwkNode;

/// <param name="Operator">Empty for a plain assignment.</param>
internal sealed record AwkAssign(string Operator, AwkNode Target, AwkNode Value) : AwkNode;

internal sealed record AwkStep(AwkNode Target, int By, bool Before) : AwkNode;

internal sealed record AwkIn(IReadOnlyList<AwkNode> Index, string Array) : AwkNode;

internal sealed record AwkCall(string Name, IReadOnlyList<AwkNode> Arguments, bool User) : AwkNode;

/// <param name="Kind">"line" for the main input, "file", or "command".</param>
internal sealed record AwkGetline(string Kind, AwkNode? Source, AwkNode? Target) : AwkNode;

internal abstract record AwkStatement;

internal sealed record AwkExpressionStatement(AwkNode Expression) : AwkStatement;

/// <param name="Redirection">"", ">", ">>" or "|".</param>
internal sealed record AwkPrint(bool Formatted, IReadOnlyList<AwkNode> Arguments, string Redirection, AwkNode? Target)
    : AwkStatement;

internal sealed record AwkIf(AwkNode Condition, AwkStatement Yes, AwkStatement? No) : AwkStatement;

internal sealed record AwkLoop(
    AwkStatement? First,
    AwkNode? Condition,
    AwkStatement? Step,
    AwkStatement Body,
    bool BodyFirst
) : AwkStatement;

internal sealed record AwkForIn(string Variable, string Array, AwkStatement Body) : AwkStatement;

internal sealed record AwkBlock(IReadOnlyList<AwkStatement> Statements) : AwkStatement;

/// <param name="Kind">next, exit, return, break, continue.</param>
internal sealed record AwkJump(string Kind, AwkNode? Value) : AwkStatement;

internal sealed record AwkDelete(string Array, IReadOnlyList<AwkNode>? Index) : AwkStatement;

internal sealed record AwkFunction(IReadOnlyList<string> Parameters, AwkStatement Body);

/// <param name="Kind">"BEGIN", "END" or "line".</param>
internal sealed record AwkRule(string Kind, AwkNode? Pattern, AwkNode? Until, AwkStatement? Body);

internal sealed record AwkProgram(IReadOnlyList<AwkRule> Rules, IReadOnlyDictionary<string, AwkFunction> Functions);
