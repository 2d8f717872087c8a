namespace Portal.Labs.Shell.Pty;

/// <summary>What to start on a pseudo terminal. The environment is complete: nothing is inherited.</summary>
public sealed record PtyStartInfo(string File, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string Directory, int Columns = 120, int Rows = 30);
