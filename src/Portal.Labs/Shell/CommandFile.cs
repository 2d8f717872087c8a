using System.Globalization;

namespace Portal.Labs.Shell;

/// <summary>The file through which a shell is given its next command.</summary>
/// <param name="directory">On this machine, the one that the shell reads commands from.</param>
internal sealed class CommandFile(string directory)
{
    private readonly string _path = Path.Combine(directory, ShellStartup.CommandFile);

    public Task WriteAsync(long id, string command, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(
            _path,
            string.Create(CultureInfo.InvariantCulture, $"{id}\n{command}"),
            cancellationToken);

    /// <summary>The shell finds nothing to run.</summary>
    public void Empty()
    {
        try
        {
            File.WriteAllText(_path, "");
        }
        catch (IOException)
        {
            // The workspace is being deleted, and nothing starts there any more.
        }
    }
}
