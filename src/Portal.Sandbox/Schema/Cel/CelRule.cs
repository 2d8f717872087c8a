using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Schema.Cel;

/// <summary>One of <c>x-kubernetes-validations</c>; compiled when it is first asked, once for all that share the schema.</summary>
internal sealed class CelRule
{
    private CelNode? _program;
    private CelNode? _message;

    public required string Rule { get; init; }
    public string? Message { get; init; }
    public string? MessageExpression { get; init; }
    public string Reason { get; init; } = "FieldValueInvalid";
    public string? FieldPath { get; init; }

    /// <summary><c>oldSelf</c> is an optional, and the rule also holds where there was no value before.</summary>
    public bool OptionalOldSelf { get; init; }

    /// <summary>A rule about a change.</summary>
    public bool IsTransition => Rule.Contains("oldSelf", StringComparison.Ordinal);

    /// <summary>What upstream calls the rule in its errors.</summary>
    public string Title => Message is { Length: > 0 } ? Message : Rule;

    public static CelRule From(JsonObject json) => new()
    {
        Rule = json.Str("rule") ?? "",
        Message = json.Str("message"),
        MessageExpression = json.Str("messageExpression"),
        Reason = json.Str("reason") is { Length: > 0 } reason ? reason : "FieldValueInvalid",
        FieldPath = json.Str("fieldPath"),
        OptionalOldSelf = json.Flag("optionalOldSelf") == true,
    };

    public CelNode Program(SchemaNode self) => _program ??= Compile(Rule, self);

    public CelNode MessageProgram(SchemaNode self) => _message ??= Compile(MessageExpression ?? "", self);

    /// <exception cref="CelSyntaxException">The expression has no meaning for such a value.</exception>
    private CelNode Compile(string expression, SchemaNode self) => CelParser.Parse(expression, ("self", self), ("oldSelf", OptionalOldSelf ? null : self));
}
