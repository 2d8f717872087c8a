using Portal.Sandbox.Authorization;

namespace Portal.Sandbox.Istioctl.CommandLine;

/// <summary>A command of istioctl: what help says of it, and what it does.</summary>
/// <param name="Use">Its name, then what it takes.</param>
internal sealed record Command(string Use, string Short)
{
    public string Name { get; } = Use.Split(' ')[0];
    public string[] Aliases { get; init; } = [];
    public string Long { get; init; } = "";
    public string Example { get; init; } = "";

    /// <summary>Also known to its subcommands.</summary>
    public Flag[] Flags { get; init; } = [];
    public Command[] Commands { get; init; } = [];

    /// <summary>Null for groups, which show their help.</summary>
    public Func<Invocation, CancellationToken, Task<int>>? Run { get; init; }

    /// <summary>What is wrong with the operands; null for nothing.</summary>
    public Func<Invocation, string?>? Check { get; init; }

    /// <summary>How a group calls a word that is none of its subcommands; null for one that shows its help then.</summary>
    public string? Refusal { get; init; }

    /// <summary>Flags are the command's own business; it reads the arguments itself.</summary>
    public bool ParsesItself { get; init; }

    /// <summary>What the command does first with the cluster, which only administrators may do all of. Null for commands that need no cluster.</summary>
    public AccessAttributes? Access { get; init; }

    public bool Answers(string word) => Name == word || Array.IndexOf(Aliases, word) >= 0;

    public Command? Find(string word) => Array.Find(Commands, c => c.Answers(word));
}
