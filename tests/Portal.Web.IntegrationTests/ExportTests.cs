using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using CsvHelper;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Classes;
using Portal.Classroom.Help;
using Portal.Classroom.Messages;
using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Portal.Web.Testing;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>Files that people take away, read back.</summary>
public sealed class ExportTests(ClassFactory portal) : IClassFixture<ClassFactory>
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private static int s_classes;

    [Fact]
    public async Task Csv_OfAClass_IsASafeTableOfEachStepAndCheck()
    {
        var (instructor, made, _) = await MakeClassAsync("=cmd|' /C calc'!A0");

        using var response = await instructor.GetAsync(new Uri($"/class/{made.Id}/export.csv", UriKind.Relative));

        Assert.Equal("text/csv", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("class.csv", response.Content.Headers.ContentDisposition!.FileName);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(Encoding.UTF8.Preamble.ToArray(), bytes[..3]);
        using var reader = new StreamReader(new MemoryStream(bytes), Encoding.UTF8);
        using var csv = new CsvReader(reader, CultureInfo.InvariantCulture);
        var rows = csv.GetRecords<dynamic>().Select(r => (IDictionary<string, object>)r).ToList();
        Assert.Equal(["step", "exercise", "check", "check"], rows.Select(r => r["Kind"]));
        Assert.All(rows, r => Assert.Equal("'=cmd|' /C calc'!A0", r["Learner"]));
        Assert.Equal(
            ("exercise-1", "canary", "Passed", "3", "90"),
            (rows[2]["Section"], rows[2]["Check"], rows[2]["Status"], rows[2]["Points"], rows[2]["Seconds"])
        );
        Assert.Equal(
            ("step-1", "Completed", "2", "60"),
            (rows[0]["Section"], rows[0]["Status"], rows[0]["Runs"], rows[0]["Seconds"])
        );
        Assert.Equal("0", rows[0]["AwaySeconds"]);
        Assert.All(rows, r => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", (string)r["At"]));
        Assert.Equal(("NotYet", "", "0"), (rows[3]["Status"], rows[3]["Seconds"], rows[3]["Points"]));
    }

    [Fact]
    public async Task Json_OfAClass_HasEachLearnersProgress()
    {
        var (instructor, made, ada) = await MakeClassAsync("Ada Json");

        using var json = JsonDocument.Parse(await instructor.GetStringAsync($"/class/{made.Id}/export.json"));

        var learner = json.RootElement.GetProperty("learners").EnumerateArray().Single();
        Assert.Equal(ada, learner.GetProperty("id").GetString());
        Assert.Equal(3, learner.GetProperty("points").GetInt32());
        var section = learner.GetProperty("sections").EnumerateArray().First();
        Assert.Equal(
            ("step-1", "completed", 60),
            (
                section.GetProperty("id").GetString(),
                section.GetProperty("status").GetString(),
                section.GetProperty("seconds").GetDouble()
            )
        );
        Assert.Equal(2, learner.GetProperty("checks").GetArrayLength());
    }

    [Fact]
    public async Task Xapi_OfAClass_IsStatementsWithTheSameIdsEachTime()
    {
        var (instructor, made, ada) = await MakeClassAsync("Ada Xapi");

        var text = await instructor.GetStringAsync($"/class/{made.Id}/export.xapi.json");

        using var json = JsonDocument.Parse(text);
        var statements = json.RootElement.EnumerateArray().ToList();
        Assert.Equal(
            ["completed", "passed", "answered", "answered"],
            statements.Select(s => new Uri(s.GetProperty("verb").GetProperty("id").GetString()!).Segments[^1])
        );
        Assert.All(
            statements,
            s => Assert.Equal(ada, s.GetProperty("actor").GetProperty("account").GetProperty("name").GetString())
        );
        Assert.EndsWith(
            "/learn/course/lesson#exercise-1",
            statements[1].GetProperty("object").GetProperty("id").GetString(),
            StringComparison.Ordinal
        );
        Assert.Equal("PT2M", statements[1].GetProperty("result").GetProperty("duration").GetString());
        Assert.Equal(
            [true, false],
            statements[2..].Select(s => s.GetProperty("result").GetProperty("success").GetBoolean())
        );
        Assert.Equal(3, statements[2].GetProperty("result").GetProperty("score").GetProperty("raw").GetInt32());
        Assert.Equal(4, statements.Select(s => Guid.Parse(s.GetProperty("id").GetString()!)).Distinct().Count());
        Assert.Equal(text, await instructor.GetStringAsync($"/class/{made.Id}/export.xapi.json"));
    }

    [Fact]
    public async Task Account_OwnData_IsAllOfItAndNoSecret()
    {
        var (instructor, made, ada) = await MakeClassAsync("Ada Own");
        using var learner = portal.CreateClient();
        using var signedIn = await ClassApplication.SignInAsync(learner, UserNameOf("Ada Own"));
        Assert.Contains("/account/export", await signedIn.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await portal.Services.GetRequiredService<IHelpDesk>().AskAsync(new(ada, "course", "lesson"), default);
        var found = (await portal.Services.GetRequiredService<IClasses>().FindAsync(made.Id, default))!;
        var teacher = found.Instructors.Single().LearnerId;
        await portal.Services.GetRequiredService<IMessages>().SendAsync(made.Id, teacher, [ada], "Well done", default);

        var text = await learner.GetStringAsync("/account/export");

        using var json = JsonDocument.Parse(text);
        Assert.Equal(ada, json.RootElement.GetProperty("id").GetString());
        var account = json.RootElement.GetProperty("account");
        Assert.Equal(UserNameOf("Ada Own"), account.GetProperty("userName").GetString());
        (string, int)[] lists =
        [
            ("classes", 1),
            ("sections", 2),
            ("checks", 2),
            ("evidence", 1),
            ("helpRequests", 1),
            ("messages", 1),
        ];
        foreach (var (list, count) in lists)
            Assert.Equal((list, count), (list, json.RootElement.GetProperty(list).GetArrayLength()));
        Assert.DoesNotContain("password", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("stamp", text, StringComparison.OrdinalIgnoreCase);

        using var administrator = await portal.SetUpAsync();
        var page = await administrator.GetStringAsync($"/people/{ada}");
        Assert.Contains($"/people/{ada}/export", page, StringComparison.Ordinal);
        Assert.Equal(text, await administrator.GetStringAsync($"/people/{ada}/export"));
        using var refused = await instructor.GetAsync(new Uri($"/people/{ada}/export", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.NotEmpty(made.Id);
    }

    [Fact]
    public async Task Account_LearnerDeletesIt_IsGone()
    {
        await MakeClassAsync("Ada Leaves");
        using var learner = portal.CreateClient();
        using var signedIn = await ClassApplication.SignInAsync(learner, UserNameOf("Ada Leaves"));

        using (await learner.SubmitAsync("/account", "remove"))
            Assert.True(await portal.ExistsAsync(UserNameOf("Ada Leaves")));
        using var left = await learner.SubmitAsync("/account", "remove", ("Sure", "true"));

        Assert.Equal("/sign-in", left.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.False(await portal.ExistsAsync(UserNameOf("Ada Leaves")));
    }

    [Fact]
    public async Task Account_InstructorDeletesIt_IsRefused()
    {
        var (instructor, _, _) = await MakeClassAsync("Ada Stays");
        var page = await instructor.GetStringAsync("/account");

        Assert.DoesNotContain("Delete account", page, StringComparison.Ordinal);
    }

    private static string UserNameOf(string name) =>
        "u" + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(name))[..Math.Min(20, name.Length * 2)];

    /// <summary>A class with one learner who did a step and an exercise, and failed a check.</summary>
    private async Task<(HttpClient Instructor, SchoolClass Made, string LearnerId)> MakeClassAsync(string name)
    {
        var teacher = $"teacher-{Interlocked.Increment(ref s_classes)}";
        var instructor = await portal.AddPersonAsync("Teacher " + teacher, teacher, PortalRole.Instructor);
        var made = await portal.MakeClassAsync("Monday", teacher);
        await portal.CreatePersonAsync(name, UserNameOf(name), PortalRole.Learner);
        var id = await portal.IdOfAsync(UserNameOf(name));
        await portal.Services.GetRequiredService<IClasses>().EnrolAsync(made.Id, id, CancellationToken.None);
        var key = new ProgressKey(id, made.CourseId, made.LessonId);
        var progress = portal.Services.GetRequiredService<IProgressService>();
        (string, string, int)[] sections = [("step-1", "step", 1), ("exercise-1", "exercise", 2)];
        foreach (var (section, kind, minutes) in sections)
        {
            var begun = s_noon.AddMinutes(section == "step-1" ? 0 : 10);
            await progress.RecordSectionAsync(key, new(section, kind, SectionStatus.InProgress, begun), default);
            var ended = begun.AddMinutes(minutes);
            await progress.RecordSectionAsync(key, new(section, kind, SectionStatus.Completed, ended), default);
        }
        foreach (var second in (int[])[1, 2])
        {
            var at = s_noon.AddSeconds(second);
            var run = new RunFact("step-1", "step-1/1", RunStatus.Succeeded, -1, TimeSpan.Zero, at);
            await progress.RecordRunAsync(key, run, default);
        }
        var passed = new CheckFact("exercise-1", "canary", CheckStatus.Passed, 3, null, "{}", s_noon.AddSeconds(690));
        await progress.RecordCheckAsync(key, passed, default);
        var failed = new CheckFact("exercise-1", "faults", CheckStatus.NotYet, 0, "no", null, s_noon.AddSeconds(700));
        await progress.RecordCheckAsync(key, failed, default);
        return (instructor, made, id);
    }
}
