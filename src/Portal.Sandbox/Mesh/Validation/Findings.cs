namespace Portal.Sandbox.Mesh.Validation;

internal enum WarningKind { Schema, UnreachableRule, IneffectiveMatch }

/// <param name="Kind">Under which code <c>istioctl analyze</c> reports it.</param>
internal sealed record MeshWarning(string Text, WarningKind Kind);

/// <summary>What is wrong with one object, in the order in which upstream finds it.</summary>
internal sealed class Findings
{
    private readonly List<string> _errors = [];
    private readonly List<MeshWarning> _warnings = [];
    private string? _undecodable;
    private bool _isList;

    public IReadOnlyList<string> Errors => _undecodable is null ? _errors : [_undecodable];

    public IReadOnlyList<MeshWarning> Warnings => _warnings;

    /// <summary>Why the object is refused; null when it is not.</summary>
    public string? Refusal => _undecodable is not null ? "error decoding configuration: " + _undecodable : Text is { } text ? "configuration is invalid: " + text : null;

    /// <summary>One error as it is, several as a list; some checks of upstream begin a list for their only error. Null without errors.</summary>
    public string? Text => _errors.Count == 0 ? null : _errors is [var only] && !_isList ? only : $"{_errors.Count} {(_errors.Count == 1 ? "error" : "errors")} occurred:\n\t* {string.Join("\n\t* ", _errors)}\n\n";

    public void Error(string? text)
    {
        if (text is not null) _errors.Add(text);
    }

    /// <summary>An error that is printed as a list even when it is the only one.</summary>
    public void ListError(string? text)
    {
        if (text is null) return;
        _isList = true;
        _errors.Add(text);
    }

    /// <summary>An error with which upstream ends the check, whatever it found before.</summary>
    public void Only(string text)
    {
        _errors.Clear();
        _warnings.Clear();
        _errors.Add(text);
    }

    /// <summary>The object does not fit its protobuf message: nothing else is said of it.</summary>
    public void Undecodable(string text) => _undecodable ??= text;

    public void Warn(string? text, WarningKind kind = WarningKind.Schema)
    {
        if (text is not null) _warnings.Add(new(text, kind));
    }

    /// <summary>Runs checks of which upstream passes on the errors and drops the warnings.</summary>
    public void ErrorsOf(Action<Findings> checks)
    {
        var before = _warnings.Count;
        checks(this);
        _warnings.RemoveRange(before, _warnings.Count - before);
    }

    public void PrefixErrors(string prefix)
    {
        for (var i = 0; i < _errors.Count; i++) _errors[i] = $"{prefix} {_errors[i]}";
    }
}
