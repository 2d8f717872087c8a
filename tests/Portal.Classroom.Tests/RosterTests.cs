using System.Text;
using Portal.Classroom.Invitations;
using Xunit;

namespace Portal.Classroom.Tests;

public abstract class RosterTests(DatabaseKind kind) : DatabaseTests(kind)
{
    public static TheoryData<string, byte[]> Encodings()
    {
        const string Text = "name\nJosé Müller\n";
        return new()
        {
            { "UTF-8", Encoding.UTF8.GetBytes(Text) },
            { "UTF-8 with its mark", [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Text)] },
            { "UTF-16", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Text)] },
            { "UTF-16 without its mark", Encoding.Unicode.GetBytes(Text) },
            {
                "UTF-16, big end first",
                [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(Text)]
            },
            { "Latin-1", Encoding.Latin1.GetBytes(Text) },
        };
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task Import_Encoding_IsFoundOut(string encoding, byte[] file)
    {
        Assert.NotEmpty(encoding);
        Assert.Equal(["José Müller"], (await ImportAsync(file)).Issued.Select(i => i.Name));
    }

    [Theory]
    [InlineData("name\nAda\nBea\n", "Ada", "Bea")]
    [InlineData("Name,Email\r\n\"Lovelace, Ada\",ada@example.org\r\n\r\nBea,\r\n", "Lovelace, Ada", "Bea")]
    [InlineData("email;name\nx;Ada\ny;\"The \"\"Bee\"\"\"\n", "Ada", "The \"Bee\"")]
    [InlineData("id\tname\n1\t Ada \n", "Ada")]
    public async Task Import_FormOfASpreadsheet_IsRead(string text, params string[] names) =>
        Assert.Equal(names, (await ImportAsync(Encoding.UTF8.GetBytes(text))).Issued.Select(i => i.Name));

    [Theory]
    [InlineData("", 1, "The first line names no column 'name'")]
    [InlineData("Ada\nBea\n", 1, "The first line names no column 'name'")]
    [InlineData("name\n", 2, "There is no learner below the first line")]
    [InlineData("name\nAda\nAda\n", 3, "'Ada' looks the same as the name in line 2")]
    [InlineData("name\nAda\nАda\n", 3, "'Аda' looks the same as the name in line 2")]
    [InlineData("name\nAda\nTeacher's pet\n", 3, "'Teacher's pet' is in this class or invited already")]
    [InlineData("name,x\nAda,1\n,2\n", 3, "Give the learner a name")]
    [InlineData("name\nAda\nB\u200Bea\n", 3, "The name has a character that cannot be seen (U+200B)")]
    public async Task Import_WrongLine_NamesItAndImportsNobody(string text, int line, string message)
    {
        await using var host = await StartAsync();
        var classId = await MakeClassAsync(host);

        var result = await host.Invitations.ImportAsync(classId, Encoding.UTF8.GetBytes(text), CancellationToken.None);

        var problem = Assert.Single(result.Problems);
        Assert.Equal(line, problem.Line);
        Assert.StartsWith(message, problem.Message, StringComparison.Ordinal);
        Assert.Empty(result.Issued);
        Assert.Empty(await host.Invitations.ListAsync(classId, CancellationToken.None));
    }

    [Fact]
    public async Task Import_SeveralWrongLines_NamesEach() =>
        Assert.Equal(
            [3, 4],
            (await ImportAsync("name,x\nAda,1\nAda,2\n,3\n"u8.ToArray())).Problems.Select(p => p.Line)
        );

    [Fact]
    public async Task Import_TooMany_IsRefused()
    {
        var many = "name\n" + string.Concat(Enumerable.Range(0, RosterFile.MaxRows + 1).Select(i => $"Learner {i}\n"));

        Assert.Contains(
            "more than 500 learners",
            Assert.Single((await ImportAsync(Encoding.UTF8.GetBytes(many))).Problems).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "larger than 256 KiB",
            Assert.Single((await ImportAsync(new byte[RosterFile.MaxBytes + 1])).Problems).Message,
            StringComparison.Ordinal
        );
    }

    private async Task<InvitationResult> ImportAsync(byte[] file)
    {
        await using var host = await StartAsync();
        return await host.Invitations.ImportAsync(await MakeClassAsync(host), file, CancellationToken.None);
    }

    private static async Task<string> MakeClassAsync(ClassroomHost host)
    {
        await host.Learners.EnsureAsync("teacher", "Teacher", CancellationToken.None);
        var created = await host.Classes.CreateAsync("Monday", "course", "lesson", "teacher", CancellationToken.None);
        await host.Classes.EnrolAsync(
            created.Id,
            (await host.Learners.EnsureAsync("pet", "Teacher's pet", CancellationToken.None)).Id,
            CancellationToken.None
        );
        return created.Id;
    }
}

public sealed class SqliteRosterTests() : RosterTests(DatabaseKind.Sqlite);

public sealed class PostgreSqlRosterTests() : RosterTests(DatabaseKind.PostgreSql);
