using System.Collections.Immutable;
using Portal.Content.Linting;
using Portal.Content.Model;
using Portal.Content.Yaml;
using YamlDotNet.RepresentationModel;

namespace Portal.Content.Checks;

/// <summary>
/// Reads a fenced <c>predict</c> block: a YAML mapping with a question, its choices and the right one.
/// </summary>
internal static class PredictionParser
{
    private static readonly string[] s_keys = ["id", "question", "choices", "answer", "because"];

    /// <param name="line">Line of the first line of <paramref name="yaml"/> in the file.</param>
    /// <returns>Without the block that waits for it; null, with the problem noted, when it cannot be asked.</returns>
    public static Prediction? Parse(string yaml, int line, ProblemList problems)
    {
        YamlNode? root;
        try
        {
            root = YamlReader.Read(yaml, line);
        }
        catch (YamlProblemException e)
        {
            problems.Error(
                e.Line,
                $"The predict block is not valid YAML: {e.Message}.",
                "Quote values that contain ': ' or start with a special character."
            );
            return null;
        }
        if (root is not YamlMappingNode mapping)
        {
            problems.Error(
                line,
                "The predict block is not a mapping.",
                $"Give it the keys {string.Join(", ", s_keys)}."
            );
            return null;
        }
        foreach (var (name, at) in mapping.Keys().Where(k => !s_keys.Contains(k.Name)))
            problems.Error(
                line + at - 1,
                $"The predict block has the unknown key '{name}'.",
                KnownNames.Remedy(s_keys)
            );
        return Read(mapping, line, problems);
    }

    private static Prediction? Read(YamlMappingNode mapping, int line, ProblemList problems)
    {
        var missing = s_keys.Where(k => k != "choices" && string.IsNullOrWhiteSpace(mapping.Text(k))).ToList();
        var choices = Choices(mapping.Find("choices"));
        var answer = mapping.Text("answer") ?? "";
        if (missing.Count > 0)
            problems.Error(
                line,
                $"The predict block lacks '{string.Join("' and '", missing)}'.",
                "Each of them is needed."
            );
        else if (choices.Length < 2)
            problems.Error(
                line,
                "The predict block has fewer than two choices.",
                "Write 'choices:' and below it '<key>: <text>' for each; that one does not know is offered by itself."
            );
        else if (!choices.Any(c => c.Key == answer) || answer == Prediction.Unknown)
            problems.Error(
                line,
                $"The answer '{answer}' is none of the choices.",
                KnownNames.Remedy(choices.Select(c => c.Key))
            );
        else
            return new(
                mapping.Text("id")!,
                mapping.Text("question")!,
                choices,
                answer,
                mapping.Text("because")!,
                "",
                line - 1
            );
        return null;
    }

    private static ImmutableArray<PredictionChoice> Choices(YamlNode? node) =>
        node is YamlMappingNode choices
            ? [.. choices.Keys().Select(k => new PredictionChoice(k.Name, choices.Text(k.Name) ?? k.Name))]
            : [];
}
