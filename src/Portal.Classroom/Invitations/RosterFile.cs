using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;

namespace Portal.Classroom.Invitations;

/// <summary>Reads a list of learners as spreadsheets save it.</summary>
internal static class RosterFile
{
    public const int MaxBytes = 256 * 1024;
    public const int MaxRows = 500;

    private static readonly UTF8Encoding s_utf8 = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    public static (ImmutableArray<Invitee> Rows, ImmutableArray<InvitationProblem> Problems) Read(
        ReadOnlyMemory<byte> file
    )
    {
        if (file.Length > MaxBytes)
            return ([], [new(1, $"The file is larger than {MaxBytes / 1024} KiB. Import it in parts.")]);
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            DetectDelimiter = true,
            DetectDelimiterValues = [",", ";", "\t"],
            TrimOptions = TrimOptions.Trim,
            BadDataFound = null,
            MissingFieldFound = null,
        };
        using var csv = new CsvReader(new StringReader(Decode(file.Span)), configuration);
        var rows = ImmutableArray.CreateBuilder<Invitee>();
        try
        {
            if (!csv.Read() || !csv.ReadHeader() || Column(csv.HeaderRecord!) is not { } column)
            {
                return (
                    [],
                    [
                        new(
                            1,
                            "The first line names no column 'name'. Write it there: name, and below it one learner a "
                                + "line."
                        ),
                    ]
                );
            }
            while (csv.Read())
            {
                if (csv.Parser.Record!.All(string.IsNullOrWhiteSpace))
                    continue;
                if (rows.Count == MaxRows)
                    return (
                        [],
                        [new(csv.Parser.RawRow, $"The file has more than {MaxRows} learners. Import it in parts.")]
                    );
                rows.Add(new(csv.Parser.RawRow, csv.GetField(column) ?? ""));
            }
        }
        catch (CsvHelperException e)
        {
            return ([], [new(csv.Parser.RawRow, "The line cannot be read: " + e.Message.Split('\n')[0])]);
        }
        return rows.Count > 0 ? (rows.ToImmutable(), []) : ([], [new(2, "There is no learner below the first line.")]);
    }

    private static int? Column(string[] header)
    {
        var index = Array.FindIndex(header, h => h.Equals("name", StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : index;
    }

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes is [0xEF, 0xBB, 0xBF, ..])
            return Encoding.UTF8.GetString(bytes[3..]);
        if (bytes is [0xFF, 0xFE, ..])
            return Encoding.Unicode.GetString(bytes[2..]);
        if (bytes is [0xFE, 0xFF, ..])
            return Encoding.BigEndianUnicode.GetString(bytes[2..]);
        // Names have no zero bytes, but UTF-16 without its mark does.
        if (bytes is [_, 0, ..])
            return Encoding.Unicode.GetString(bytes);
        if (bytes is [0, _, ..])
            return Encoding.BigEndianUnicode.GetString(bytes);
        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }
}
