using System.Globalization;

namespace Portal.Web.Components.Shared.Text;

/// <summary>
/// What stands for a name in a small circle: what readers take for letters, which may be several chars.
/// </summary>
internal static class Initials
{
    /// <summary>The first letter.</summary>
    public static string First(string name) => StringInfo.GetNextTextElement(name).ToUpperInvariant();

    /// <summary>Those of the first two words.</summary>
    public static string Of(string name) =>
        string.Concat(name.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(2).Select(First));
}
