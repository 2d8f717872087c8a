namespace Portal.Sandbox.Programs.Shell;

/// <summary>What <c>set</c> switches.</summary>
internal sealed record ShellOptions
{
    public bool ErrorExit { get; set; }
    public bool NoUnset { get; set; }
    public bool Trace { get; set; }
    public bool NoGlob { get; set; }
    public bool NoClobber { get; set; }
    public bool AllExport { get; set; }
    public bool NoExecute { get; set; }
    public bool PipeFail { get; set; }

    public static IReadOnlyList<(char Flag, string Name)> All { get; } =
    [
        ('e', "errexit"),
        ('u', "nounset"),
        ('x', "xtrace"),
        ('f', "noglob"),
        ('C', "noclobber"),
        ('a', "allexport"),
        ('n', "noexec"),
        ('\0', "pipefail"),
    ];

    public bool this[string name]
    {
        get =>
            name switch
            {
                "errexit" => ErrorExit,
                "nounset" => NoUnset,
                "xtrace" => Trace,
                "noglob" => NoGlob,
                "noclobber" => NoClobber,
                "allexport" => AllExport,
                "noexec" => NoExecute,
                "pipefail" => PipeFail,
                _ => false,
            };
        set
        {
            switch (name)
            {
                case "errexit": ErrorExit = value; break;
                case "nounset": NoUnset = value; break;
                case "xtrace": Trace = value; break;
                case "noglob": NoGlob = value; break;
                case "noclobber": NoClobber = value; break;
                case "allexport": AllExport = value; break;
                case "noexec": NoExecute = value; break;
                case "pipefail": PipeFail = value; break;
            }
        }
    }

    public string Flags => string.Concat(All.Where(o => o.Flag != '\0' && this[o.Name]).Select(o => o.Flag));
}
