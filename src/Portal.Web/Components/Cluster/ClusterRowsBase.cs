using Microsoft.AspNetCore.Components;
using Portal.Clusters.Watching;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Cluster;

/// <summary>A part of the panel: rows of some kinds, of which a long list shows the first ones until asked.</summary>
public abstract class ClusterRowsBase : ChangedOnlyBase
{
    /// <summary>Rows of one list that are shown at first.</summary>
    protected const int First = 40;

    private readonly HashSet<string> _all = [];

    [Parameter]
    public bool ShowNamespace { get; set; }

    [Parameter, EditorRequired]
    public required ChangeTracker<ClusterObjectKey> Changes { get; set; }

    [Parameter]
    public StepMarks Marks { get; set; } = StepMarks.None;

    [Parameter, EditorRequired]
    public required RowOpeners Open { get; set; }

    /// <summary>The rows of a list that are shown.</summary>
    protected IEnumerable<T> FirstOf<T>(string list, IReadOnlyList<T> rows) =>
        _all.Contains(list) ? rows : rows.Take(First);

    protected string Css(ClusterObjectKey key) => $"row {Changes.CssOf(key)} {Marks.CssOf(key)}";

    /// <summary>A button that shows the others of a list; nothing when all are there.</summary>
    protected RenderFragment? More(string list, int count) => count <= First || _all.Contains(list) ? null : builder =>
    {
        builder.OpenElement(0, "button");
        builder.AddAttribute(1, "type", "button");
        builder.AddAttribute(2, "class", "link-button rows-more");
        builder.AddAttribute(3, "onclick", EventCallback.Factory.Create(this, () => _all.Add(list)));
        builder.AddContent(4, $"Show all {count} {list}");
        builder.CloseElement();
    };

    /// <summary>What a row is called, with its namespace where there are several.</summary>
    protected RenderFragment Name(string @namespace, string name) => builder =>
    {
        builder.OpenElement(0, "span");
        builder.AddAttribute(1, "class", "row-name");
        if (ShowNamespace)
        {
            builder.OpenElement(2, "span");
            builder.AddAttribute(3, "class", "muted");
            builder.AddContent(4, $"{@namespace}/");
            builder.CloseElement();
        }
        builder.AddContent(5, name);
        builder.CloseElement();
    };

    /// <summary>A row that the current step changed says so.</summary>
    protected RenderFragment? Mark(ClusterObjectKey key) => Marks.WordOf(key) is not { } word ? null : builder =>
    {
        builder.OpenElement(0, "span");
        builder.AddAttribute(1, "class", "chip by-step-chip");
        builder.AddContent(2, word);
        builder.CloseElement();
    };
}
