using System.CommandLine;
using Portal.Cli.Commands;

var root = new RootCommand("The learning portal's command line.") { SandboxCommand.Create(), LessonCommand.Create(), DoctorCommand.Create() };
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);
