using System.IO.Compression;
using System.Reflection;

namespace Portal.Sandbox.Schema;

/// <summary>
/// The API's own documentation of its fields, for OpenAPI. Read only while documents are built, which happens once a
/// process for each group; nothing is kept afterwards.
/// </summary>
internal sealed class ApiDescriptions
{
    private static readonly WeakReference<ApiDescriptions> s_shared = new(null!);

    private readonly Dictionary<string, string> _texts = new(StringComparer.OrdinalIgnoreCase);

    private ApiDescriptions()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("api-descriptions.gz");
        if (stream is null) return;
        using var reader = new StreamReader(new GZipStream(stream, CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            _texts[line[..tab]] = line[(tab + 1)..].Replace("\\n", "\n\n", StringComparison.Ordinal);
        }
    }

    public static ApiDescriptions Shared
    {
        get
        {
            lock (s_shared)
            {
                if (s_shared.TryGetTarget(out var found)) return found;
                found = new();
                s_shared.SetTarget(found);
                return found;
            }
        }
    }

    public string? Of(string message) => Find(message, "");

    public string? Of(string message, string field) => Find(message, "." + field);

    /// <summary>The client names a class by version and kind, and puts the group first where two groups have the same.</summary>
    private string? Find(string message, string suffix)
    {
        var parts = message.Split('.');
        if (parts.Length < 3) return null;
        var (group, version, name) = (parts[^3], parts[^2], parts[^1]);
        return _texts.GetValueOrDefault($"{group}{version}{name}{suffix}") ?? _texts.GetValueOrDefault($"{version}{name}{suffix}");
    }
}
