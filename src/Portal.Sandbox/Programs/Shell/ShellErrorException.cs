namespace Portal.Sandbox.Programs.Shell;

/// <summary>
/// An error that ends a shell which runs a script: of an expansion, an assignment, a special built-in command.
/// </summary>
internal sealed class ShellErrorException(string message, int status = 2) : Exception(message)
{
    public int Status => status;
}
