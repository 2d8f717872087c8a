using System.Globalization;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>Names and numbers of signals.</summary>
internal static class Signals
{
    public const int Interrupt = 2, Terminate = 15;

    private static readonly string[] s_names =
    [
        "EXIT",
        "HUP",
        "INT",
        "QUIT",
        "ILL",
        "TRAP",
        "ABRT",
        "BUS",
        "FPE",
        "KILL",
        "USR1",
        "SEGV",
        "USR2",
        "PIPE",
        "ALRM",
        "TERM",
        "STKFLT",
        "CHLD",
        "CONT",
        "STOP",
        "TSTP",
        "TTIN",
        "TTOU",
        "URG",
        "XCPU",
        "XFSZ",
        "VTALRM",
        "PROF",
        "WINCH",
        "POLL",
        "PWR",
        "SYS",
    ];

    public static IReadOnlyList<string> All => s_names;

    public static string Name(int number) =>
        number >= 0 && number < s_names.Length ? s_names[number] : number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What a shell says of a process that a signal ended; null for those that it does not mention.</summary>
    public static string? Death(int number) =>
        number switch
        {
            0 or Interrupt or 13 => null,
            9 => "Killed",
            Terminate => "Terminated",
            1 => "Hangup",
            3 => "Quit",
            _ => Name(number),
        };

    /// <summary>The number of a signal by name or number; -1 for none.</summary>
    public static int Number(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number < 65 ? number : -1;
        var name = text.ToUpperInvariant();
        return Array.IndexOf(s_names, name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name);
    }
}
