namespace Portal.Sandbox.Istioctl.Analysis.Sources;

/// <summary>Where an object was written: a document of a file, or an item of a list in it.</summary>
/// <param name="file">The file's name as it was given.</param>
/// <param name="chunk">The document's text. Its lines are only looked at when something is to be said of one.</param>
/// <param name="start">The line of the file on which the document's content begins.</param>
/// <param name="item">Path of the item in its list; empty for a document that is the object.</param>
internal sealed class SourcePosition(string file, Lazy<IReadOnlyDictionary<string, int>> chunk, int start, string item = "")
{
    /// <summary>File and line, as istioctl prints them.</summary>
    /// <param name="field">The field that is at fault; without one (or when it is not there) the object's first line.</param>
    public string ToReference(string? field)
    {
        // istioctl knows no lines of JSON files.
        if (file.EndsWith(".json", StringComparison.Ordinal)) return file;
        return $"{file}:{Line(field)}";
    }

    private int Line(string? field)
    {
        if (field is not null && chunk.Value.TryGetValue(item + field, out var line)) return line + start - (item.Length == 0 ? 1 : 0);
        return item.Length == 0 ? start : chunk.Value.GetValueOrDefault(item) + start;
    }
}
