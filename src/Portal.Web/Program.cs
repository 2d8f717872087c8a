using Portal.Labs;
using Portal.Web.Hosting;

try
{
    OwnNamespace.Enter(typeof(Program).Assembly);
    ProcessMemory.Protect();
    var builder = WebApplication.CreateBuilder(args);
    builder.AddPortal();
    var app = builder.Build();
    app.UsePortal();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (StartupFailure.Describe(e) is { } message)
{
    await Console.Error.WriteLineAsync(message);
    return 1;
}

public partial class Program;
