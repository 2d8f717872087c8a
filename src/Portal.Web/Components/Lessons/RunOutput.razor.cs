using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Components;
using Portal.Labs.Sessions;
using Portal.Web.Components.Shared.Text;

namespace Portal.Web.Components.Lessons;

/// <summary>What a run's commands wrote. Shows the newest lines; the rest on demand.</summary>
public sealed partial class RunOutput
{
    private const int ShownLines = 300;

    // A finished command's output does not change: its HTML is made once for as long as its snapshot lives.
    private readonly ConditionalWeakTable<string, string> _html = [];
    private bool _all;

    [Parameter, EditorRequired]
    public required RunSnapshot Run { get; set; }

    private string Html(CommandSnapshot command)
    {
        if (_all) return AnsiToHtml.Convert(command.Output);
        return _html.GetValue(command.Output, static output => AnsiToHtml.Convert(Tail(output)));
    }

    private static ReadOnlySpan<char> Tail(string output)
    {
        var text = output.AsSpan().TrimEnd('\n');
        var start = text.Length;
        for (var lines = 0; lines < ShownLines && start > 0; lines++) start = Math.Max(0, text[..start].LastIndexOf('\n'));
        return text[start..].TrimStart('\n');
    }

    private int HiddenLines(CommandSnapshot command) =>
        _all ? 0 : Math.Max(0, command.Output.AsSpan().TrimEnd('\n').Count('\n') + 1 - ShownLines);

    private string Hidden(CommandSnapshot command)
    {
        var lines = HiddenLines(command);
        return command.Dropped > 0
            ? $"The first {command.Dropped / 1024 + 1} KiB were dropped{(lines > 0 ? $", {lines} earlier lines are hidden" : "")}."
            : $"{lines} earlier lines are hidden.";
    }

    private static string FirstLine(string text)
    {
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? text : text[..end].TrimEnd('\\', ' ') + " …";
    }
}
