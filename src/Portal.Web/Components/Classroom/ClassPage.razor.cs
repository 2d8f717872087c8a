using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Classroom;
using Portal.Classroom.Classes;
using Portal.Classroom.Invitations;
using Portal.Classroom.Model;
using Portal.Web.Hosting;

namespace Portal.Web.Components.Classroom;

/// <summary>
/// How people get into a class, who is in it, and how it ends. Plain forms: each change is one request.
/// </summary>
public sealed partial class ClassPage
{
    private static readonly (ClassState State, string Words)[] s_states =
    [
        (ClassState.Open, "open: learners join"),
        (ClassState.Closed, "closed: nobody joins, work goes on"),
        (ClassState.Archived, "archived: kept to look at"),
    ];

    private static readonly int[] s_lengths = [0, 30, 45, 60, 90, 120, 180, 240];

    private SchoolClass? _class;
    private ImmutableArray<Invitation> _invitations = [];
    private InvitationResult? _result;
    private string? _problem;

    [Inject]
    public required IClasses Classes { get; init; }

    [Inject]
    public required IClassLife Life { get; init; }

    [Inject]
    public required IInvitations Invitations { get; init; }

    [Inject]
    public required PublicAddress Address { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Parameter]
    public required string ClassId { get; set; }

    [SupplyParameterFromForm]
    public ClassInput? Input { get; set; }

    [SupplyParameterFromForm(FormName = "import")]
    public IFormFile? Roster { get; set; }

    private string StateWord =>
        _class!.State switch
        {
            ClassState.Closed => "closed",
            ClassState.Archived => "archived",
            _ => "open",
        };

    /// <summary>Minutes; 0 is without end. What was set by other ways is there, too.</summary>
    private IEnumerable<int> Lengths => s_lengths.Append(CurrentLength).Distinct().Order();

    private int CurrentLength => (int)(_class!.SessionLength?.TotalMinutes ?? 0);

    private string CodeFacts
    {
        get
        {
            var uses = _class!.JoinCodeUsesLeft is { } left ? $"{left} may still join with it. " : "";
            if (_class.JoinCodeExpiresAt is not { } end)
                return uses;
            return end <= Time.GetUtcNow()
                ? "It has expired. "
                : uses + string.Create(CultureInfo.InvariantCulture, $"It ends on {end:d MMMM} at {end:HH:mm} UTC. ");
        }
    }

    protected override Task OnInitializedAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        _class = await Classes.FindAsync(ClassId, CancellationToken.None);
        _invitations = await Invitations.ListAsync(ClassId, CancellationToken.None);
    }

    private Task RenewCodeAsync() =>
        DoAsync(() =>
            Life.RenewJoinCodeAsync(
                ClassId,
                Input?.Hours is { } hours ? TimeSpan.FromHours(hours) : null,
                Input?.Uses,
                CancellationToken.None
            )
        );

    private Task RenameAsync() => DoAsync(() => Life.RenameAsync(ClassId, Input?.Name ?? "", CancellationToken.None));

    private Task SetLengthAsync() =>
        DoAsync(() =>
            Life.SetSessionLengthAsync(
                ClassId,
                Input?.Minutes is > 0 and var minutes ? TimeSpan.FromMinutes(minutes) : null,
                CancellationToken.None
            )
        );

    private static string LengthWords(int minutes) =>
        minutes == 0 ? "without end"
        : minutes % 60 == 0 ? (minutes == 60 ? "an hour" : $"{minutes / 60} hours")
        : $"{minutes} minutes";

    private Task SetStateAsync() =>
        DoAsync(() => Life.SetStateAsync(ClassId, Input?.State ?? _class!.State, CancellationToken.None));

    private async Task DeleteAsync()
    {
        if (Input?.Sure != true)
        {
            _problem = "Say that you are sure: tick the box beside Delete class.";
            return;
        }
        await Life.DeleteAsync(ClassId, CancellationToken.None);
        Navigation.NavigateTo("/classes");
    }

    private Task InviteAsync() =>
        DoAsync(async () =>
        {
            var names = (Input?.Names ?? "")
                .Split('\n')
                .Select((name, i) => new Invitee(i + 1, name.TrimEnd('\r')))
                .Where(i => i.Name.Trim().Length > 0)
                .ToList();
            _result = await Invitations.InviteAsync(ClassId, names, CancellationToken.None);
            if (_result.Problems.IsEmpty)
                Input = null;
        });

    private Task ImportAsync() =>
        DoAsync(async () =>
        {
            if (Roster is null)
                throw new ClassroomException("Choose a file first.");
            if (Roster.Length > 1024 * 1024)
                throw new ClassroomException(
                    "The file is far larger than a roster. Save the list of names as CSV, and import that."
                );
            using var content = new MemoryStream();
            await Roster.CopyToAsync(content);
            _result = await Invitations.ImportAsync(ClassId, content.ToArray(), CancellationToken.None);
        });

    private async Task DoAsync(Func<Task> work)
    {
        try
        {
            await work();
            await LoadAsync();
        }
        catch (ClassroomException e)
        {
            _problem = e.Message;
        }
        StateHasChanged(); // also when a part of the page asked
    }

    /// <summary>What the forms of the page send; each has some of it.</summary>
    public sealed class ClassInput
    {
        public double? Hours { get; set; }
        public int? Uses { get; set; }
        public int? Minutes { get; set; }
        public string? Names { get; set; }
        public string? Name { get; set; }
        public ClassState? State { get; set; }
        public bool Sure { get; set; }
    }
}
