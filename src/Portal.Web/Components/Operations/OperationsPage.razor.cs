using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Web.Components.Shared;
using Portal.Web.Hosting.Operations;

namespace Portal.Web.Components.Operations;

/// <summary>How the portal is and what it has room for, read again every two seconds while the page is open.</summary>
public sealed partial class OperationsPage : LiveComponentBase
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(2);

    private OperationsReport? _report;

    [Inject]
    public required IServiceProvider Services { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) Follow(ReadAsync);
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var reader = Services.GetRequiredService<OperationsReader>();
        using var timer = new PeriodicTimer(s_every, Time);
        do
        {
            var report = await reader.ReadAsync(cancellationToken);
            await InvokeAsync(() =>
            {
                _report = report;
                StateHasChanged();
            });
        } while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private static (string, string)[] SessionsOf(OperationsReport r) =>
    [
        ("open", r.Admission.Limit is { } limit ? $"{r.Sessions.Open} of {limit}" : Text(r.Sessions.Open)),
        ("of them with an open page", Text(r.Sessions.Watched)),
        ("asleep on disk", Text(r.Sessions.Hibernated)),
        ("waiting to come in", Text(r.Admission.Queue.Length)),
        ("simulated clusters in memory", Text(r.Sandboxes)),
        ("pages (circuits)", $"{r.Connected} connected of {r.Circuits}"),
    ];

    private static (string, string)[] WorkOf(OperationsReport r) =>
    [
        ("running now", Text(r.Sessions.Running)),
        ("waiting to run", Text(r.Sessions.WaitingRuns)),
        ("runs since the start", $"{r.RunsStarted}, {r.RunsFailed} failed"),
        ("first output", Seconds(r.FirstOutput)),
        ("grading", Seconds(r.Grading)),
        ("results not saved yet", Text(r.Unsaved)),
    ];

    private static (string, string)[] MemoryOf(OperationsReport r) =>
    [
        (r.Machine.IsLimited ? "limit (control group)" : "machine", Bytes(r.Machine.Memory)),
        ("available", Bytes(r.Machine.MemoryAvailable)),
        ("the portal", Bytes(r.Machine.PortalMemory)),
        ("shells and their programs", Bytes(r.Machine.ProgramMemory)),
    ];

    private static (string, string)[] ProcessorsOf(OperationsReport r) =>
    [
        ("processors", Number(r.Machine.Processors)),
        ("busy, all of the machine", Cores(r.BusyCores)),
        ("the portal", Cores(r.PortalCores)),
    ];

    private static (string, string)[] DiskOf(OperationsReport r) =>
    [
        ("disk of the data directory", Bytes(r.Disk)),
        ("free", Bytes(r.DiskFree)),
    ];

    private static double MemoryShare(OperationsReport r) => Share(r.Machine.MemoryAvailable, r.Machine.Memory);

    private static double DiskShare(OperationsReport r) => Share(r.DiskFree, r.Disk);

    private static double? ProcessorShare(OperationsReport r) => r.BusyCores / r.Machine.Processors;

    private static double Share(long free, long all) => all > 0 ? 1 - (double)free / all : 0;

    private static MarkupString IconOf(bool well) =>
        Svg.Small(well ? Icons.Material.Rounded.CheckCircle : Icons.Material.Rounded.ErrorOutline);

    private static string RoomWords(OperationsReport r) =>
        r.Admission.Room switch
        {
            null => "Nothing limits how many come in (Portal:Labs:Admission).",
            0 => "There is no room for another session: who comes now waits.",
            1 => "There is room for one more session.",
            var room => $"There is room for {room} more sessions.",
        };

    private static string RoomForecast(Forecast f) =>
        $"The machine has room for {f.Sessions} {(f.Sessions == 1 ? "session" : "sessions")} at a time: "
        + $"memory for {f.ByMemory}, processors for {f.ByProcessors} at work.";

    private static string FootprintWords(Forecast f) =>
        $"A session needs {Bytes(f.Footprint.Bytes)} ("
        + (f.Footprint.IsMeasured ? $"measured on {f.Footprint.Sessions} open ones" : "expected; measured from five on")
        + $") and {Number(f.Cores)} processors ({(f.CoresMeasured ? "measured now" : "expected")}).";

    private static string ClassWords(ClassForecast c) =>
        $"this class of {c.Learners} needs about {Bytes(c.Bytes)} and {Number(c.Processors)} processors";

    private static string ShortageWords(ClassForecast c, Forecast f) =>
        c.Shortage switch
        {
            Shortage.Memory => $"memory has room for {f.ByMemory}; others wait",
            Shortage.Processors => $"processors are enough for {f.ByProcessors}; it will be slow",
            Shortage.Limit => $"Portal:Labs:Admission:Sessions lets {f.Sessions} in; others wait",
            _ => "fits",
        };

    private static string Seconds(Percentiles p) =>
        p.Count == 0
            ? "none yet"
            : string.Create(CultureInfo.InvariantCulture, $"{p.Median:0.00} s, slowest 5 %: {p.Slow:0.00} s");

    private static string Cores(double? cores) => cores is { } known ? Number(known) : "measuring…";

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Bytes(long bytes) =>
        bytes >= 1 << 30
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):0.0} GiB")
            : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0} MiB");
}
