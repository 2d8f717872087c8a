using System.Collections.Immutable;

namespace Portal.Web.Components.Classroom.Model;

public enum ReportMeasure { Time, Failures, Finished }

public enum ReportOrder { Joined, Name, Progress, Time, Failures }

/// <summary>What a report shows: learners × steps by one measure, and each learner along time.</summary>
public sealed record ReportModel(
    ImmutableArray<ReportColumn> Columns,
    ImmutableArray<ReportRow> Rows,
    ImmutableArray<string> Legend,
    ImmutableArray<ReportTick> Ticks
);

/// <param name="Median">Of the time of those who completed it.</param>
/// <param name="FailureRate">The share of those who began it for whom a run failed.</param>
/// <param name="Completed">How many, of how many.</param>
public sealed record ReportColumn(string Label, string Title, string Median, string FailureRate, string Completed);

/// <param name="Name">As shown: names may be hidden.</param>
/// <param name="Lanes">Of the strip: what happened, and a path of marks in a box of 1000 × 10.</param>
/// <param name="Summary">The strip in words.</param>
public sealed record ReportRow(
    string Name,
    ImmutableArray<ReportCell> Cells,
    string Total,
    int Runs,
    int Failures,
    int Points,
    ImmutableArray<(string Css, string Path)> Lanes,
    string Summary
);

/// <param name="Css">How much it is, of five, and whether it is completed.</param>
/// <param name="At">The moment to show instead of the text.</param>
public sealed record ReportCell(string Text, string Css, string Title, DateTimeOffset? At = null);

/// <param name="Percent">Where it stands along time.</param>
/// <param name="Day">Whether the day is of interest.</param>
public sealed record ReportTick(double Percent, DateTimeOffset At, bool Day);
