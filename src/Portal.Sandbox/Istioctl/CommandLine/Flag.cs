namespace Portal.Sandbox.Istioctl.CommandLine;

internal enum FlagKind { Switch, Text, Number, Duration, List }

/// <summary>An option of a command, as pflag knows it.</summary>
/// <param name="Short">The letter; empty for none.</param>
/// <param name="Default">What it is when it is not given; shown in help where it says something.</param>
internal sealed record Flag(string Name, string Short, FlagKind Kind, string Usage, string Default = "")
{
    public static Flag Switch(string name, string usage, string letter = "", bool on = false) => new(name, letter, FlagKind.Switch, usage, on ? "true" : "");

    public static Flag Text(string name, string usage, string letter = "", string value = "") => new(name, letter, FlagKind.Text, usage, value);

    public static Flag Number(string name, string usage, string letter = "", int value = 0) => new(name, letter, FlagKind.Number, usage, value == 0 ? "" : value.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public static Flag List(string name, string usage, string letter = "") => new(name, letter, FlagKind.List, usage);

    /// <summary>The word for the value in help.</summary>
    public string TypeName => Kind switch { FlagKind.Switch => "", FlagKind.Number => "int", FlagKind.Duration => "duration", FlagKind.List => "stringArray", _ => "string" };
}
