using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;
using Portal.Web.Hosting;
using Portal.Web.Identity;

namespace Portal.Web.Components.Account;

/// <summary>
/// The owner adds a learner, acts as one, or gives one a link of their own. The forms post to the account endpoints,
/// which can set a cookie.
/// </summary>
public sealed partial class LocalLearners
{
    private ImmutableArray<Learner> _learners = [];
    private CurrentLearner? _current;
    private string? _link;
    private string? _linkFor;

    [Inject]
    public required ILearners Learners { get; init; }

    [Inject]
    public required LearnerContext Learner { get; init; }

    [Inject]
    public required WelcomeLinks Links { get; init; }

    [Inject]
    public required PublicAddress Address { get; init; }

    [SupplyParameterFromQuery]
    public string? Name { get; set; }

    [SupplyParameterFromQuery]
    public string? Problem { get; set; }

    [SupplyParameterFromQuery]
    public string? ReturnUrl { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _current = await Learner.GetAsync();
        _learners = await Learners.ListAsync(CancellationToken.None);
    }

    private void MakeLink(Learner learner) =>
        (_link, _linkFor) = (Address.Of(Links.CreateFor(learner.Id)).ToString(), learner.Name);
}
