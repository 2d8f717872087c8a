using System.Data.Common;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using Portal.Classroom.Data;

namespace Portal.Classroom.Backup;

/// <summary>
/// All rows of a portal's database as lines of JSON, the same for each database: <c>{"table", "columns"}</c>, then each
/// row as an array. What SQLite gave PostgreSQL takes, and the other way round.
/// </summary>
public static class DatabaseBackup
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>What a database went through, oldest first; the same names on each database.</summary>
    public static IReadOnlyList<string> KnownSchemas(PortalDbContext db)
    {
        ArgumentNullException.ThrowIfNull(db);
        return [.. db.Database.GetMigrations().Select(NameOf)];
    }

    /// <inheritdoc cref="KnownSchemas"/>
    public static async Task<IReadOnlyList<string>> FindSchemasAsync(
        PortalDbContext db,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(db);
        return [.. (await db.Database.GetAppliedMigrationsAsync(cancellationToken)).Select(NameOf)];
    }

    /// <summary>Writes every row as it is at one moment, beside whoever goes on writing.</summary>
    /// <returns>The number of rows.</returns>
    public static Task<long> ExportAsync(PortalDbContext db, Stream lines, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db
            .Database.CreateExecutionStrategy()
            .ExecuteAsync(
                async () =>
                {
                    lines.SetLength(0);
                    await db.Database.OpenConnectionAsync(cancellationToken);
                    // EF's own transaction would keep SQLite's writers out.
                    var begin = IsPostgreSql(db) ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN";
                    await ExecuteAsync(db, begin, cancellationToken);
                    var rows = 0L;
                    foreach (var table in TableForm.All(db))
                        rows += await ExportAsync(db, table, lines, cancellationToken);
                    await ExecuteAsync(db, "COMMIT", cancellationToken);
                    await db.Database.CloseConnectionAsync();
                    return rows;
                }
            );
    }

    /// <summary>
    /// Fills an empty database: makes it as it was when the rows were written, adds them, and brings it up to date.
    /// </summary>
    /// <param name="schema">The last of the backup's schemas.</param>
    /// <returns>The number of rows.</returns>
    public static async Task<long> ImportAsync(
        PortalDbContext db,
        Stream lines,
        string schema,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(db);
        await db.GetService<IMigrator>().MigrateAsync(schema, cancellationToken);
        var rows = await db
            .Database.CreateExecutionStrategy()
            .ExecuteAsync(
                async () =>
                {
                    lines.Position = 0;
                    await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                    var rows = await ImportAsync(db, lines, cancellationToken);
                    await transaction.CommitAsync(cancellationToken);
                    return rows;
                }
            );
        await db.Database.MigrateAsync(cancellationToken);
        return rows;
    }

    /// <summary>Whether it holds anything.</summary>
    public static async Task<bool> IsEmptyAsync(PortalDbContext db, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        return !await db.Database.CanConnectAsync(cancellationToken)
            || (await FindSchemasAsync(db, cancellationToken)).Count == 0
            || !await db.Database.SqlQueryRaw<string>("SELECT \"Id\" FROM \"Learners\"").AnyAsync(cancellationToken);
    }

    /// <summary>Removes the portal's tables with all that is in them, from a schema that this portal knows.</summary>
    public static async Task DropAsync(PortalDbContext db, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        if ((await FindSchemasAsync(db, cancellationToken)).Count > 0)
            await db.GetService<IMigrator>().MigrateAsync(Migration.InitialDatabase, cancellationToken);
    }

    private static async Task<long> ExportAsync(
        PortalDbContext db,
        TableForm table,
        Stream lines,
        CancellationToken cancellationToken
    )
    {
        await WriteLineAsync(lines, table, cancellationToken);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"SELECT {Names(db, table)} FROM {Quote(db, table.Table)}";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = 0L;
        for (; await reader.ReadAsync(cancellationToken); rows++)
            await WriteLineAsync(lines, table.Columns.Select((c, i) => Read(reader, i, c.Form)), cancellationToken);
        return rows;
    }

    private static async Task<long> ImportAsync(PortalDbContext db, Stream lines, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(lines, Encoding.UTF8, leaveOpen: true);
        TableForm? table = null;
        DbCommand? insert = null;
        var rows = 0L;
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith('{'))
            {
                await EndAsync(db, table, insert, cancellationToken);
                table = JsonSerializer.Deserialize<TableForm>(line, s_json)!;
                insert = Insert(db, table);
                continue;
            }
            if (table is null || insert is null)
                throw new InvalidDataException("The rows of the backup begin without their table.");
            using var row = JsonDocument.Parse(line);
            for (var i = 0; i < table.Columns.Count; i++)
                insert.Parameters[i].Value = Parse(row.RootElement[i], table.Columns[i].Form);
            await insert.ExecuteNonQueryAsync(cancellationToken);
            rows++;
        }
        await EndAsync(db, table, insert, cancellationToken);
        return rows;
    }

    private static DbCommand Insert(PortalDbContext db, TableForm table)
    {
        var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction!.GetDbTransaction();
        var cast = IsPostgreSql(db) ? "::jsonb" : "";
        var values = table.Columns.Select((c, i) => $"@p{i}{(c.Form == ValueForm.Json ? cast : "")}");
        command.CommandText =
            $"INSERT INTO {Quote(db, table.Table)} ({Names(db, table)}) VALUES ({string.Join(", ", values)})";
        for (var i = 0; i < table.Columns.Count; i++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = $"@p{i}";
            command.Parameters.Add(parameter);
        }
        return command;
    }

    /// <summary>PostgreSQL numbers the next row by a sequence that knows nothing of what was added.</summary>
    private static async Task EndAsync(
        PortalDbContext db,
        TableForm? table,
        DbCommand? insert,
        CancellationToken cancellationToken
    )
    {
        if (insert is not null)
            await insert.DisposeAsync();
        if (!IsPostgreSql(db) || table is null)
            return;
        foreach (var column in table.Columns.Where(c => c.Form == ValueForm.Integer))
        {
            var (name, quoted) = (Quote(db, table.Table), Quote(db, column.Name));
            await ExecuteAsync(
                db,
                $"SELECT setval(pg_get_serial_sequence('{name}', '{column.Name}'), MAX({quoted})) FROM {name}",
                cancellationToken
            );
        }
    }

    private static object? Read(DbDataReader reader, int i, ValueForm form) =>
        reader.IsDBNull(i)
            ? null
            : form switch
            {
                ValueForm.Integer => reader.GetInt64(i),
                ValueForm.Boolean => reader.GetBoolean(i),
                ValueForm.Bytes => reader.GetFieldValue<byte[]>(i),
                _ => reader.GetString(i),
            };

    private static object Parse(JsonElement value, ValueForm form) =>
        value.ValueKind == JsonValueKind.Null
            ? DBNull.Value
            : form switch
            {
                ValueForm.Integer => value.GetInt64(),
                ValueForm.Boolean => value.GetBoolean(),
                ValueForm.Bytes => value.GetBytesFromBase64(),
                _ => value.GetString()!,
            };

    private static async Task WriteLineAsync<T>(Stream lines, T value, CancellationToken cancellationToken)
    {
        await JsonSerializer.SerializeAsync(lines, value, s_json, cancellationToken);
        lines.WriteByte((byte)'\n');
    }

    private static async Task ExecuteAsync(PortalDbContext db, string sql, CancellationToken cancellationToken)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Names(PortalDbContext db, TableForm table) =>
        string.Join(", ", table.Columns.Select(c => Quote(db, c.Name)));

    private static string Quote(PortalDbContext db, string name) =>
        db.GetService<ISqlGenerationHelper>().DelimitIdentifier(name);

    private static bool IsPostgreSql(PortalDbContext db) =>
        db.Database.ProviderName!.EndsWith("PostgreSQL", StringComparison.Ordinal);

    /// <summary>Without the moment at which it was made, which differs between the databases.</summary>
    private static string NameOf(string migration) =>
        migration[(migration.IndexOf('_', StringComparison.Ordinal) + 1)..];
}
