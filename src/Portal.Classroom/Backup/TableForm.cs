using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Portal.Classroom.Backup;

/// <summary>What a value is, whatever a database makes of it.</summary>
internal enum ValueForm
{
    Text,
    Integer,
    Boolean,
    Bytes,
    Json,
}

internal sealed record ColumnForm(string Name, ValueForm Form);

/// <summary>A table and its columns, in the words of a backup: a line before the table's rows.</summary>
internal sealed record TableForm(string Table, IReadOnlyList<ColumnForm> Columns)
{
    /// <summary>Every table of the model, each after those that it refers to.</summary>
    public static IReadOnlyList<TableForm> All(DbContext db)
    {
        var left = db.Model.GetRelationalModel().Tables.OrderBy(t => t.Name, StringComparer.Ordinal).ToList();
        var ordered = new List<TableForm>();
        while (left.Count > 0)
        {
            var next = left.First(t => t.ForeignKeyConstraints.All(f => !left.Contains(f.PrincipalTable)));
            left.Remove(next);
            ordered.Add(new TableForm(next.Name, [.. next.Columns.Select(c => new ColumnForm(c.Name, FormOf(c)))]));
        }
        return ordered;
    }

    private static ValueForm FormOf(IColumn column)
    {
        // What a column of JSON holds are the properties of an owned type.
        if (column.PropertyMappings.Count == 0)
            return ValueForm.Json;
        var mapping = column.PropertyMappings[0].TypeMapping;
        var type = mapping.Converter?.ProviderClrType ?? mapping.ClrType;
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) ? ValueForm.Text
            : type == typeof(bool) ? ValueForm.Boolean
            : type == typeof(byte[]) ? ValueForm.Bytes
            : type == typeof(int) || type == typeof(long) ? ValueForm.Integer
            : throw new NotSupportedException($"{column.Table.Name}.{column.Name} is a {type}: say how to back it up.");
    }
}
