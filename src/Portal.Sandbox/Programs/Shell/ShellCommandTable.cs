using System.Collections.Frozen;
using Portal.Sandbox.Programs.Shell.Commands;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>All commands by name.</summary>
internal static class ShellCommandTable
{
    private static readonly FrozenDictionary<string, IShellCommand> s_commands = All()
        .SelectMany(c => c.Names.Select(n => KeyValuePair.Create(n, c)))
        .ToFrozenDictionary(StringComparer.Ordinal);

    public static IShellCommand? Find(string name) => s_commands.GetValueOrDefault(name);

    public static IEnumerable<string> Names => s_commands.Keys;

    private static IEnumerable<IShellCommand> All() =>
    [
        new AcceptedBuiltins(), new AwkCommand(), new Base64Command(), new BasenameCommand(), new BreakCommand(),
        new CatCommand(), new CdCommand(), new ChmodCommand(), new ChownCommand(), new ClearCommand(),
        new CommCommand(), new CommandCommand(), new CpCommand(), new CurlCommand(), new CutCommand(),
        new DateCommand(), new DdCommand(), new DfCommand(), new DiffCommand(), new DuCommand(), new EchoCommand(),
        new EnvCommand(), new EvalCommand(), new ExecCommand(), new ExitCommand(), new ExportCommand(),
        new ExprCommand(), new FalseCommand(), new FindCommand(), new FoldCommand(), new FortioShellCommand(),
        new FreeCommand(), new GetoptsCommand(), new GrepCommand(), new HashSumCommand(), new HeadCommand(),
        new HexDumpCommand(), new HostnameCommand(), new IdCommand(), new IpCommand(), new JobsCommand(),
        new KillCommand(), new LetCommand(), new LnCommand(), new LocalCommand(), new LsCommand(),
        new MkdirCommand(), new MktempCommand(), new MountCommand(), new NetcatCommand(), new NetstatCommand(),
        new NlCommand(), new NohupCommand(), new NprocCommand(), new NslookupCommand(), new PasteCommand(),
        new PingCommand(), new PrintfCommand(), new PsCommand(), new PwdCommand(), new ReadCommand(),
        new RealpathCommand(), new RevCommand(), new RmCommand(), new RmdirCommand(), new SedCommand(),
        new SeqCommand(), new SetCommand(), new ShCommand(), new ShiftCommand(), new ShufCommand(),
        new SleepCommand(), new SortCommand(), new SourceCommand(), new StatCommand(), new StressCommand(),
        new TacCommand(), new TailCommand(), new TarCommand(), new TeeCommand(), new TestCommand(),
        new TimeCommand(), new TimeoutCommand(), new TimesCommand(), new TouchCommand(), new TrCommand(),
        new TrapCommand(), new TrueCommand(), new TruncateCommand(), new TypeCommand(), new UmaskCommand(),
        new UnameCommand(), new UniqCommand(), new UnsetCommand(), new UptimeCommand(), new WaitCommand(),
        new WcCommand(), new WgetCommand(), new WhichCommand(), new XargsCommand(), new YesCommand(),
    ];
}
