using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using Portal.Classroom.Exports;

namespace Portal.Web.Exports;

/// <summary>
/// A class as a table for spreadsheets: a line for each learner's section and check. It says that it is UTF-8, and a
/// name that a spreadsheet would take for a formula is text.
/// </summary>
internal static class ClassCsv
{
    private static readonly CsvConfiguration s_form = new(CultureInfo.InvariantCulture)
    {
        InjectionOptions = InjectionOptions.Escape,
        NewLine = "\r\n",
    };

    // ISO 8601, and says that it is UTC.
    private const string Moment = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public static byte[] Write(ClassExport found)
    {
        using var bytes = new MemoryStream();
        using (var text = new StreamWriter(bytes, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true)))
        using (var csv = new CsvWriter(text, s_form))
            csv.WriteRecords(found.Learners.SelectMany(Lines));
        return bytes.ToArray();
    }

    private static IEnumerable<Line> Lines(LearnerExport learner)
    {
        foreach (var s in learner.Sections)
        {
            var status = s.Status.ToString();
            yield return new(learner.Name, learner.Id, s.Kind, s.Id, "", status, null, s.Runs, s.StartedAt, s.Seconds)
            {
                CompletedAt = s.CompletedAt,
                Failures = s.Failures,
                AwaySeconds = s.AwaySeconds,
            };
        }
        foreach (var c in learner.Checks)
        {
            var (section, status) = (c.SectionId, c.Status.ToString());
            yield return new(learner.Name, learner.Id, "check", section, c.Id, status, c.Points, null, c.At, c.Seconds);
        }
    }

    /// <param name="At">Of a section its start, of a check when it last came out otherwise; UTC.</param>
    private sealed record Line(
        string Learner,
        string LearnerId,
        string Kind,
        string Section,
        string Check,
        string Status,
        int? Points,
        int? Runs,
        [property: CsvHelper.Configuration.Attributes.Format(Moment)] DateTimeOffset At,
        double? Seconds
    )
    {
        [CsvHelper.Configuration.Attributes.Format(Moment)]
        public DateTimeOffset? CompletedAt { get; init; }

        /// <summary>Of the runs.</summary>
        public int? Failures { get; init; }

        /// <summary>Beside the seconds.</summary>
        public double? AwaySeconds { get; init; }
    }
}
