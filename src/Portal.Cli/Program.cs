using System.CommandLine;
using Portal.Cli.Commands;
using Portal.Labs;

OwnNamespace.Enter(typeof(Program).Assembly);
var root = new RootCommand("The learning portal's command line.")
{
    SandboxCommand.Create(),
    LessonCommand.Create(),
    DoctorCommand.Create(),
    BackupCommand.CreateBackup(),
    BackupCommand.CreateRestore(),
};
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);
