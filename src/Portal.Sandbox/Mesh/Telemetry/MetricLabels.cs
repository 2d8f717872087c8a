using System.Text;

namespace Portal.Sandbox.Mesh.Telemetry;

/// <summary>A set of labels, sorted by name, without empty values. Equal when their text is.</summary>
internal sealed class MetricLabels : IEquatable<MetricLabels>
{
    private readonly string _text;

    public MetricLabels(IEnumerable<KeyValuePair<string, string>> items)
    {
        Items = [.. items.Where(i => i.Value.Length > 0).OrderBy(i => i.Key, StringComparer.Ordinal)];
        var text = new StringBuilder();
        foreach (var (name, value) in Items) text.Append(name).Append('\u0001').Append(value).Append('\u0002');
        _text = text.ToString();
    }

    public static MetricLabels Empty { get; } = new([]);

    public IReadOnlyList<KeyValuePair<string, string>> Items { get; }

    /// <summary>A label's value; an absent label is empty.</summary>
    public string this[string name]
    {
        get
        {
            foreach (var (key, value) in Items) if (key == name) return value;
            return "";
        }
    }

    public MetricLabels With(string name, string value) => new([.. Items.Where(i => i.Key != name), new(name, value)]);

    public MetricLabels Keep(IReadOnlyCollection<string> names) => new(Items.Where(i => names.Contains(i.Key)));

    public MetricLabels Without(IReadOnlyCollection<string> names) => new(Items.Where(i => i.Key != "__name__" && !names.Contains(i.Key)));

    public bool Equals(MetricLabels? other) => other is not null && _text == other._text;

    public override bool Equals(object? obj) => Equals(obj as MetricLabels);

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>As in the text format: <c>{a="1",b="2"}</c>.</summary>
    public override string ToString() => "{" + string.Join(',', Items.Where(i => i.Key != "__name__").Select(i => $"{i.Key}=\"{Escape(i.Value)}\"")) + "}";

    private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
