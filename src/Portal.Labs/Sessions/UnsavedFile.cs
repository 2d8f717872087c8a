using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;

namespace Portal.Labs.Sessions;

/// <summary>
/// Results of one learner and lesson that the store has not taken, in a file of JSON lines: whose they are, then each
/// in
/// order. Every append is on disk before it returns. Not thread-safe.
/// </summary>
internal sealed class UnsavedFile(string directory, LessonSessionKey key, ILogger logger)
{
    /// <summary>Beyond it the file is written anew with what still waits.</summary>
    private const int Limit = 2000;
    private const string Extension = ".jsonl";

    private static readonly JsonSerializerOptions s_json = new() { Converters = { new JsonStringEnumConverter() } };

    private readonly string _path = Path.Combine(directory, key.FileName + Extension);
    private int _lines;

    /// <summary>Whose results wait in a directory, of an earlier process too.</summary>
    public static IEnumerable<LessonSessionKey> FindAll(string directory)
    {
        if (!Directory.Exists(directory)) yield break;
        foreach (var file in Directory.EnumerateFiles(directory, "*" + Extension))
            if (Parse<LessonSessionKey>(File.ReadLines(file).FirstOrDefault()) is { } key)
                yield return key;
    }

    /// <summary>What waits, in order. A line that a crash cut off is left out: nobody was told of it.</summary>
    public IReadOnlyList<ProgressRecord> Read()
    {
        if (!File.Exists(_path)) return [];
        var lines = File.ReadAllLines(_path);
        _lines = lines.Length;
        return [.. lines.Skip(1).Select(Parse<ProgressRecord>).OfType<ProgressRecord>()];
    }

    /// <returns>False when the disk does not take it, which is logged.</returns>
    public bool Append(IReadOnlyList<ProgressRecord> added, Func<IReadOnlyList<ProgressRecord>> all)
    {
        try
        {
            if (_lines == 0 || _lines + added.Count > Limit)
            {
                Directory.CreateDirectory(directory);
                var whole = all();
                Write(_path + ".new", FileMode.Create, [JsonSerializer.Serialize(key, s_json), .. whole.Select(Line)]);
                File.Move(_path + ".new", _path, overwrite: true);
                _lines = whole.Count + 1;
            }
            else
            {
                Write(_path, FileMode.Append, added.Select(Line));
                _lines += added.Count;
            }
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next one begins a new file: this one may end in half a line.
            _lines = 0;
            Log.ResultsNotKept(logger, e, key.CourseId, key.LessonId, key.LearnerId, directory);
            return false;
        }
    }

    public void Delete()
    {
        if (_lines == 0) return;
        _lines = 0;
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Recorded twice at worst, which changes nothing.
            Log.ResultsNotKept(logger, e, key.CourseId, key.LessonId, key.LearnerId, directory);
        }
    }

    private static string Line(ProgressRecord record) => JsonSerializer.Serialize(record, s_json);

    private static void Write(string path, FileMode mode, IEnumerable<string> lines)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        using (var text = new StreamWriter(file, new UTF8Encoding(false), leaveOpen: true))
            foreach (var line in lines)
                text.Write(line + "\n");
        file.Flush(flushToDisk: true);
    }

    private static T? Parse<T>(string? line)
        where T : class
    {
        try
        {
            return line is null ? null : JsonSerializer.Deserialize<T>(line, s_json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
