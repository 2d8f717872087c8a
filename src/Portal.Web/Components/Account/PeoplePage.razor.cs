using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Classroom;
using Portal.Classroom.Model;
using Portal.Web.Hosting;
using Portal.Web.Identity.Accounts;

namespace Portal.Web.Components.Account;

/// <summary>Everybody who has an account, and a form to add somebody.</summary>
public sealed partial class PeoplePage
{
    private static readonly PortalRole[] s_roles = Enum.GetValues<PortalRole>();

    private ImmutableArray<Person> _people = [];
    private string? _problem;
    private string? _link;
    private string? _linkFor;

    [Inject]
    public required PortalAccounts Accounts { get; init; }

    [Inject]
    public required AccountAdministration Administration { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    [Inject]
    public required PublicAddress Address { get; init; }

    [SupplyParameterFromForm(FormName = "add-person")]
    public PersonInput? Input { get; set; }

    protected override async Task OnInitializedAsync() =>
        _people = await Administration.ListAsync(CancellationToken.None);

    private async Task AddAsync()
    {
        try
        {
            var added = await Accounts.CreateAsync(Input!.Name, Input.UserName, null, Input.Role);
            Input = null;
            (_link, _linkFor) = (
                Address.Of(await Accounts.MakePasswordPathAsync(added.Id)).ToString(),
                added.Learner.Name
            );
            _people = await Administration.ListAsync(CancellationToken.None);
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
