using System.Text.Json;

namespace Portal.Cli.Backup;

/// <summary>
/// The last file of a backup: what is in it. A backup that was cut off has none, so none of it is used.
/// </summary>
/// <param name="Format">Of the backup itself.</param>
/// <param name="Schemas">What the database went through, oldest first.</param>
/// <param name="Files">SHA-256 of each file, by its name in the backup.</param>
internal sealed record BackupManifest(
    int Format,
    string Portal,
    string Database,
    IReadOnlyList<string> Schemas,
    DateTimeOffset CreatedAt,
    long Rows,
    IReadOnlyDictionary<string, string> Files
)
{
    public const int CurrentFormat = 1;
    public const string Name = "manifest.json";
    public const string RowsName = "database.jsonl";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, s_json);

    public static BackupManifest? Parse(byte[] json) => JsonSerializer.Deserialize<BackupManifest>(json, s_json);
}
