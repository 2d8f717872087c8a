using Microsoft.AspNetCore.Components;
using Portal.Classroom;
using Portal.Classroom.Model;
using Portal.Clusters;
using Portal.Web.Components.Shared;
using Portal.Web.Hosting;
using Portal.Web.Identity;
using Portal.Web.Identity.Accounts;

namespace Portal.Web.Components.Account;

/// <summary>
/// What an administrator decides about one person's account. Whom they may see at work is not among it.
/// </summary>
public sealed partial class PersonPage
{
    private Person? _person;
    private string _administratorId = "";
    private string? _problem;
    private string? _done;
    private string? _link;

    [Inject]
    public required PortalAccounts Accounts { get; init; }

    [Inject]
    public required AccountAdministration Administration { get; init; }

    [Inject]
    public required LearnerContext Learner { get; init; }

    [Inject]
    public required PublicAddress Address { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Parameter]
    public required string PersonId { get; set; }

    [SupplyParameterFromForm(FormName = "role")]
    public PortalRole? Role { get; set; }

    [SupplyParameterFromForm(FormName = "remove")]
    public bool Sure { get; set; }

    private bool IsOneself => PersonId == _administratorId;

    private string Orphans =>
        string.Join(", ", _person!.Teaches.Where(c => c.Instructors.Count == 1).Select(c => $"“{c.Name}”"));

    /// <summary>Names of the classes, those that the person teaches marked.</summary>
    internal static string ClassesOf(Person person) =>
        string.Join(", ", [.. person.Teaches.Select(c => c.Name + " (teaches)"), .. person.Learns.Select(c => c.Name)]);

    internal static string LastSeen(PortalUser user, TimeProvider time) =>
        user.LastSeenAt is { } at ? $"{Durations.Age(time.GetUtcNow() - at)} ago" : "never";

    protected override async Task OnInitializedAsync()
    {
        _administratorId = (await Learner.GetAsync()).Id;
        await LoadAsync();
        if (_person is null)
            Navigation.NotFound();
    }

    private async Task LoadAsync() =>
        _person = (await Administration.ListAsync(CancellationToken.None)).FirstOrDefault(p => p.Id == PersonId);

    private Task SetRoleAsync() =>
        DoAsync(
            () => Administration.SetRoleAsync(PersonId, Role ?? _person!.User.Role, CancellationToken.None),
            "The role is set. It holds from now on, in open pages within seconds."
        );

    private Task MakeLinkAsync() =>
        DoAsync(async () => _link = Address.Of(await Accounts.MakePasswordPathAsync(PersonId)).ToString());

    private Task EndSessionsAsync() =>
        DoAsync(() => Accounts.EndSessionsAsync(PersonId), "Every session of this person was ended.");

    private Task DisableAsync() =>
        DoAsync(
            () => Administration.DisableAsync(PersonId, _administratorId, CancellationToken.None),
            "The account is disabled, and every session of it was ended."
        );

    private Task EnableAsync() => DoAsync(() => Administration.EnableAsync(PersonId), "The account is enabled.");

    private async Task RemoveAsync()
    {
        if (!Sure)
        {
            _problem = "Say that you are sure: tick the box beside Remove person.";
            return;
        }
        await DoAsync(() => Administration.RemoveAsync(PersonId, _administratorId, CancellationToken.None));
        if (_problem is null)
            Navigation.NavigateTo("/people");
    }

    private async Task DoAsync(Func<Task> work, string? done = null)
    {
        try
        {
            await work();
            _done = done;
        }
        catch (ClassroomException e)
        {
            _problem = e.Message;
        }
        catch (ClusterUnavailableException e)
        {
            _problem = $"The account is disabled, but not removed yet. {e.Message} {e.Remedy}";
        }
        await LoadAsync();
    }
}
