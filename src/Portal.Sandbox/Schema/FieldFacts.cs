using System.Collections.Frozen;
using System.Reflection;

namespace Portal.Sandbox.Schema;

/// <summary>What the field table does not say: which fields the API documents as required, and the values of its enumerations. Read on first use.</summary>
internal static class FieldFacts
{
    private static readonly Lazy<FrozenDictionary<string, string[]>> s_required = new(() => Load("required-fields.tsv"));
    private static readonly Lazy<FrozenDictionary<string, string[]>> s_enums = new(() => Load("enum-fields.tsv"));

    public static IReadOnlyList<string> Required(string message) => s_required.Value.GetValueOrDefault(message, []);

    public static IReadOnlyList<string> Enum(string message, string field) => s_enums.Value.GetValueOrDefault(message + "." + field, []);

    private static FrozenDictionary<string, string[]> Load(string resource)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        reader.ReadLine();
        var rows = new Dictionary<string, string[]>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var columns = line.Split('\t');
            rows[columns[0]] = columns[1].Split(',');
        }
        return rows.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
