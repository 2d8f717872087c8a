namespace Portal.Sandbox.Programs.Shell;

/// <summary>A command of a container's images.</summary>
internal interface IShellCommand
{
    IReadOnlyList<string> Names { get; }

    CommandKind Kind => CommandKind.Program;

    /// <returns>The exit status.</returns>
    /// <exception cref="CommandException">It failed; the message is shown after the command's name.</exception>
    Task<int> RunAsync(CommandContext context);
}

internal enum CommandKind
{
    /// <summary>Runs as a process of its own.</summary>
    Program,

    /// <summary>Runs in the shell's process.</summary>
    Builtin,

    /// <summary>A special built-in command of POSIX: assignments before it stay.</summary>
    Special,
}

/// <summary>A command ends with a message.</summary>
internal sealed class CommandException(string message, int status = 1) : Exception(message)
{
    public int Status => status;
}
