using Microsoft.AspNetCore.Components;
using Portal.Classroom;
using Portal.Classroom.Model;
using Portal.Web.Hosting;
using Portal.Web.Identity.Accounts;

namespace Portal.Web.Components.Account;

/// <summary>
/// What the administrator decides about everybody's accounts. Whom they may see at work is not among it.
/// </summary>
public sealed partial class PeoplePage
{
    private static readonly PortalRole[] s_roles = Enum.GetValues<PortalRole>();

    private List<PortalUser> _people = [];
    private string? _problem;
    private string? _link;
    private string? _linkFor;

    [Inject]
    public required PortalAccounts Accounts { get; init; }

    [Inject]
    public required PublicAddress Address { get; init; }

    [SupplyParameterFromForm(FormName = "add-person")]
    public PersonInput? Input { get; set; }

    /// <summary>What was chosen in the row of the form that was sent.</summary>
    [SupplyParameterFromForm]
    public PortalRole? Role { get; set; }

    protected override async Task OnInitializedAsync() => _people = await Accounts.ListAsync(CancellationToken.None);

    private Task AddAsync() =>
        DoAsync(async () =>
        {
            var added = await Accounts.CreateAsync(Input!.Name, Input.UserName, null, Input.Role);
            Input = null;
            await ShowLinkAsync(added);
        });

    private Task SetRoleAsync(PortalUser person) =>
        DoAsync(() => Accounts.SetRoleAsync(person.Id, Role ?? person.Role, CancellationToken.None));

    private Task MakeLinkAsync(PortalUser person) => DoAsync(() => ShowLinkAsync(person));

    private Task EndSessionsAsync(PortalUser person) => DoAsync(() => Accounts.EndSessionsAsync(person.Id));

    private async Task ShowLinkAsync(PortalUser person) =>
        (_link, _linkFor) = (
            Address.Of(await Accounts.MakePasswordPathAsync(person.Id)).ToString(),
            person.Learner.Name
        );

    private async Task DoAsync(Func<Task> work)
    {
        try
        {
            await work();
            _people = await Accounts.ListAsync(CancellationToken.None);
        }
        catch (ClassroomException e)
        {
            _problem = e.Message;
        }
    }

    public sealed class PersonInput
    {
        public string Name { get; set; } = "";
        public string UserName { get; set; } = "";
        public PortalRole Role { get; set; } = PortalRole.Instructor;
    }
}
