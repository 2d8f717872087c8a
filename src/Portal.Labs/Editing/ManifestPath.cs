using System.Text.RegularExpressions;

namespace Portal.Labs.Editing;

/// <summary>
/// Names of manifests below a lesson's directory: letters, digits, dots, dashes and underscores, which no shell reads
/// as anything else, and nothing that leads out.
/// </summary>
public static partial class ManifestPath
{
    public const int MostLevels = 8;

    private const int Longest = 200;

    /// <summary>Null when it is one; else what is wrong with it.</summary>
    public static string? ProblemOf(string path)
    {
        if (path.Length > Longest) return $"A path has no more than {Longest} characters.";
        if (!Extension().IsMatch(path)) return "Its name has to end with .yaml, .yml or .json.";
        if (!Plain().IsMatch(path) || path.Split('/').Length > MostLevels)
            return "Use letters, digits, dots, dashes and underscores, such as manifests/my-route.yaml.";
        return null;
    }

    internal static bool IsName(string name) => Name().IsMatch(name);

    [GeneratedRegex(@"\.(?:ya?ml|json)\z")]
    private static partial Regex Extension();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*\z")]
    private static partial Regex Plain();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]*\z")]
    private static partial Regex Name();
}
