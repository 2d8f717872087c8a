using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;
using Portal.Web.Components.Editor;
using Portal.Web.Components.Lessons;

namespace Portal.Web.Components.Cluster;

/// <summary>An object's YAML, with the lines marked that were not there before.</summary>
public sealed partial class ObjectYamlView
{
    private YamlLines _lines = YamlLines.None;
    private (string Text, string? Before)? _marked;
    private string? _whole;
    private string? _seen;
    private string? _problem;
    private bool _all;
    private bool _copied;

    [Inject]
    public required IJSRuntime Js { get; init; }

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    [Parameter, EditorRequired]
    public ClusterObjectKey Key { get; set; }

    /// <summary>Without what the cluster writes by itself.</summary>
    [Parameter, EditorRequired]
    public required string Yaml { get; set; }

    /// <summary>What it was before; null when nothing is to be marked.</summary>
    [Parameter]
    public string? Before { get; set; }

    /// <summary>Another when the object is: all of it is read again then.</summary>
    [Parameter]
    public string Version { get; set; } = "";

    [Parameter]
    public bool Gone { get; set; }

    private string Text => _all && _whole is not null ? _whole : Yaml;

    protected override void OnParametersSet()
    {
        if (_seen != Version)
        {
            _seen = Version;
            _copied = false;
            if (_all && !Gone) Follow(ReadAsync);
        }
        Mark();
    }

    private void Mark()
    {
        var wanted = (Text, _all ? null : Before);
        if (_marked == wanted) return;
        _marked = wanted;
        _lines = YamlLines.Of(wanted.Text, wanted.Item2);
    }

    private void Toggle(ChangeEventArgs e)
    {
        (_all, _copied) = (e.Value is true, false);
        if (_all) Follow(ReadAsync);
        Mark();
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var (whole, problem) = ((string?)null, (string?)null);
        try
        {
            whole = await Actions.ReadObjectYamlAsync(Key, cancellationToken);
        }
        catch (Exception e) when (e is ClusterApiException or HttpRequestException or IOException)
        {
            problem = $"All of it could not be read: {e.Message}";
        }
        await InvokeAsync(() =>
        {
            (_whole, _problem) = (whole ?? _whole, problem);
            Mark();
            StateHasChanged();
        });
    }

    private Task EditAsync() =>
        Actions.Edit(new EditorRequest($"manifests/{Key.Kind.ToLowerInvariant()}-{Key.Name}.yaml", Yaml));

    private async Task CopyAsync()
    {
        await Js.InvokeVoidAsync("navigator.clipboard.writeText", Text);
        _copied = true;
    }
}
