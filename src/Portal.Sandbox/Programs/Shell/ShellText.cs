namespace Portal.Sandbox.Programs.Shell;

/// <summary>A command as a line, for lists of jobs and processes.</summary>
internal static class ShellText
{
    public static string Of(ShellNode node) =>
        node switch
        {
            SimpleCommandNode simple => string.Join(
                ' ',
                simple.Assignments.Select(a => $"{a.Name}={Of(a.Value)}").Concat(simple.Words.Select(Of))
            ),
            PipelineNode pipeline => string.Join(" | ", pipeline.Commands.Select(Of)),
            AndOrNode list => Of(list.First)
                + string.Concat(list.Rest.Select(r => (r.And ? " && " : " || ") + Of(r.Command))),
            SubshellNode => "(...)",
            LoopNode loop => loop.Until ? "until ..." : "while ...",
            ForNode loop => $"for {loop.Name}...",
            RedirectedNode redirected => Of(redirected.Body),
            _ => "{...}",
        };

    private static string Of(Word word) => string.Concat(word.Parts.Select(p => p switch
    {
        LiteralPart literal => literal.Text,
        ParameterPart { Operator: "" } parameter => "$" + parameter.Name,
        ParameterPart parameter => "${" + parameter.Name + "}",
        CommandPart => "$(...)",
        _ => "$((...))",
    }));
}
