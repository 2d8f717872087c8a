using System.Text;
using Portal.Labs.Sessions;

namespace Portal.Labs.Shell;

/// <summary>
/// What terminals see of one shell, or of several one after the other, and how large it is. Thread-safe.
/// </summary>
/// <param name="type">Types into the shell; see <see cref="InteractiveShell.Type"/>.</param>
/// <param name="resized">Called after <see cref="Size"/> has changed.</param>
internal sealed class ShellScreen(Func<ReadOnlyMemory<byte>, bool> type, Action<TerminalSize> resized)
{
    public TerminalHub Hub { get; } = new();
    public TerminalSize Size { get; private set; } = new(120, 30);

    public ITerminalAttachment Attach(int columns, int rows)
    {
        Resize(new(columns, rows));
        return Follow();
    }

    /// <summary>Attaches as large as the terminal is.</summary>
    public ITerminalAttachment Follow() => new TerminalAttachment(Hub.Attach(), () => Size, type, Resize);

    /// <summary>Words of the portal's own, on a line of their own.</summary>
    /// <param name="style">Numbers of an SGR sequence.</param>
    public void Say(string style, string text) =>
        Hub.Publish(Encoding.UTF8.GetBytes($"\r\n\e[{style}m{text}\e[0m\r\n"));

    private void Resize(TerminalSize size)
    {
        if (size == Size) return;
        Size = size;
        resized(size);
        Hub.Nudge();
    }
}
