using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Portal.Content.Linting;

namespace Portal.Content.Markdown;

/// <summary>
/// What an author says about a block in its info string: <c>{timeout=300 on=kind,kubeconfig continue name=install
/// norun of=install open=/page}</c>.
/// </summary>
internal sealed partial record BlockAttributes
{
    public string? Name { get; private init; }
    public TimeSpan? Timeout { get; private init; }
    public ImmutableArray<string> On { get; private init; } = [];
    public bool ContinueOnError { get; private init; }
    public bool NoRun { get; private init; }

    /// <summary>Name of the block whose output this is a sample of.</summary>
    public string? Of { get; private init; }

    /// <summary>What to open of the ports that the block's programs listen on.</summary>
    public string? Open { get; private init; }

    /// <param name="arguments">What follows the first word of the info string.</param>
    public static BlockAttributes Parse(string? arguments, int line, ProblemList problems)
    {
        var result = new BlockAttributes();
        var text = arguments?.Trim() ?? "";
        if (text.Length == 0) return result;
        if (!text.StartsWith('{') || !text.EndsWith('}'))
        {
            problems.Warning(line, $"'{text}' after the language is ignored.", "Put attributes in braces, e.g. ```bash {timeout=300}.");
            return result;
        }
        foreach (var word in text[1..^1].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = word.Split('=', 2) is [var k, var v] ? (k, v.Trim('"', '\'')) : (word, null);
            result = (key, value) switch
            {
                ("norun", null) => result with { NoRun = true },
                ("continue", null) => result with { ContinueOnError = true },
                ("name", not null) when NamePattern().IsMatch(value) => result with { Name = value },
                ("of", not null) when NamePattern().IsMatch(value) => result with { Of = value },
                ("open", ['/', not '/', ..] or "/") => result with { Open = value },
                ("timeout", not null) when int.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 => result with { Timeout = TimeSpan.FromSeconds(seconds) },
                ("on", not null) => result with { On = Providers(value, line, problems) },
                ("name" or "timeout" or "norun" or "continue" or "on" or "of" or "open", _) => Report(
                    result,
                    problems,
                    line,
                    $"Attribute '{word}' has a value that is not understood."
                ),
                _ => Report(result, problems, line, $"Unknown attribute '{word}'."),
            };
        }
        return result;
    }

    private static BlockAttributes Report(BlockAttributes unchanged, ProblemList problems, int line, string message)
    {
        problems.Warning(
            line,
            message,
            "Known are: timeout=SECONDS, on=PROVIDER,…, continue, name=lower-case-name, norun, of=NAME, open=/PATH."
        );
        return unchanged;
    }

    private static ImmutableArray<string> Providers(string value, int line, ProblemList problems)
    {
        var names = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var name in names.Where(n => !KnownNames.Providers.Contains(n)))
        {
            problems.Error(line, $"Unknown provider '{name}' in on=.", KnownNames.Remedy(KnownNames.Providers));
        }
        return [.. names];
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]*$")]
    private static partial Regex NamePattern();
}
