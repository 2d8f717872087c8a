using System.Text;

namespace Portal.Sandbox.Programs.Observability;

/// <summary>The parameters of a request, from its query and, of a form, its body.</summary>
internal sealed class QueryParameters
{
    private readonly List<KeyValuePair<string, string>> _items = [];

    public QueryParameters(HttpCall call)
    {
        Read(call.Query);
        if (call.Headers["content-type"]?.StartsWith("application/x-www-form-urlencoded", StringComparison.Ordinal) == true) Read(Encoding.UTF8.GetString(call.Body.Span));
    }

    public string? this[string name]
    {
        get
        {
            foreach (var (key, value) in _items) if (key == name) return value;
            return null;
        }
    }

    public List<string> All(string name) => [.. _items.Where(i => i.Key == name).Select(i => i.Value)];

    private void Read(string text)
    {
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var i = pair.IndexOf('=', StringComparison.Ordinal);
            _items.Add(new(Decode(i < 0 ? pair : pair[..i]), i < 0 ? "" : Decode(pair[(i + 1)..])));
        }
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
