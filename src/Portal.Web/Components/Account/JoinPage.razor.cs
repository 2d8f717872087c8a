using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;
using Portal.Web.Components.Shared;
using Portal.Web.Identity;

namespace Portal.Web.Components.Account;

/// <summary>Adds a learner, or changes who this browser is. The forms post to the account endpoints, which can set a cookie.</summary>
public sealed partial class JoinPage : LiveComponentBase
{
    private ImmutableArray<Learner> _learners = [];
    private CurrentLearner? _current;

    [Inject]
    public required ILearners Learners { get; init; }

    [Inject]
    public required LearnerContext Learner { get; init; }

    [SupplyParameterFromQuery]
    public string? Name { get; set; }

    [SupplyParameterFromQuery]
    public string? Problem { get; set; }

    [SupplyParameterFromQuery]
    public string? ReturnUrl { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _current = await Learner.GetAsync();
        _learners = await Learners.ListAsync(Disposing);
    }
}
