namespace Portal.Labs.Shell;

/// <summary>A workspace cannot be had. <see cref="Exception.Message"/> says what happened, <see cref="Remedy"/> what to do.</summary>
public sealed class WorkspaceException(string message, string remedy, Exception? inner = null) : Exception(message, inner)
{
    public string Remedy { get; } = remedy;
}
