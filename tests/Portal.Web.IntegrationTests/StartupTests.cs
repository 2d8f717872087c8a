using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Portal.Classroom.Data;
using Portal.Shared;
using Portal.Testing;
using Portal.Web.Hosting;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>Starts the portal as its operator does, to see what a wrong setting says.</summary>
public sealed class StartupTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("--urls=http://0.0.0.0:22080", "Urls has 'http://0.0.0.0:22080', which other machines can reach")]
    [InlineData(
        "--Portal:Data:Directory=/proc/nowhere",
        "Portal:Data:Directory names '/proc/nowhere', which cannot be written"
    )]
    [InlineData(
        "--Portal:Mode=Clas",
        "Portal:Mode is 'Clas'. Set it to Local for one machine and its owner, or to Class for many people who sign in."
    )]
    [InlineData(
        "--Portal:PublicUrl=portal",
        "Portal:PublicUrl is 'portal', which is not the root of an http or https address"
    )]
    [InlineData("--Portal:Lti:Platforms:0:Issuer=https://lms.example", "Portal:Lti:Platforms:0:ClientId is not set.")]
    [InlineData("--Portal:ForwardedHeaders:KnownProxies:0=proxy", "Portal:ForwardedHeaders:KnownProxies has 'proxy'")]
    [InlineData(
        "--Portal:Labs:Isolaton=auto",
        "Portal:Labs:Isolaton is not a setting. Did you mean Portal:Labs:Isolation?"
    )]
    [InlineData("--Portal:Labs:CommandTimeout=soon", "'Portal:Labs:CommandTimeout'")]
    [InlineData("--Portal:Clusters:Sandbox:Budgets:Requests=many", "'Portal:Clusters:Sandbox:Budgets:Requests'")]
    [InlineData("--Portal:Content:Root=/no/such/directory", "Portal:Content:Root names '/no/such/directory', which is not a directory")]
    [InlineData("--Portal:Data:ConnectionString=Host=127.0.0.1;Port=1;Timeout=1", "Portal:Data:ConnectionString")]
    public async Task Start_UnusableSetting_EndsWithAMessageThatNamesTheKey(string argument, string message)
    {
        var (exitCode, errors) = await RunAsync("--urls=http://127.0.0.1:0", argument);

        Assert.Equal(1, exitCode);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ClassWithoutWalls_IsRefused()
    {
        var (exitCode, errors) = await RunAsync(
            "--urls=http://127.0.0.1:0",
            "--Portal:Mode=Class",
            "--Portal:Labs:Isolation=process"
        );

        Assert.Equal(1, exitCode);
        Assert.Contains(
            "Portal:Mode is Class, and learners' workspaces would not be kept apart",
            errors,
            StringComparison.Ordinal
        );
        Assert.Contains("Portal:Labs:Isolation is process; set it to auto.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Local_PrintsTheOwnersLinkThatSignsIn()
    {
        using var process = StartPortal("--urls=http://127.0.0.1:0");
        using var limit = KillAtTimeout(process);
        using var browser = new HttpClient();
        var link = "";
        while (
            !link.Contains("/welcome?token=", StringComparison.Ordinal)
            && await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line
        )
            link = line.Trim();

        var page = await browser.GetStringAsync(new Uri(link));
        process.Kill();

        Assert.Contains("Account: You", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signal_NothingRuns_EndsQuietly()
    {
        using var process = StartPortal("--urls=http://127.0.0.1:0");
        using var limit = KillAtTimeout(process);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        while (
            await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line
            && !line.Contains("The portal has started", StringComparison.Ordinal)
        ) { }

        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        var rest = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);

        Assert.Equal((0, ""), (process.ExitCode, await errors));
        Assert.DoesNotContain("fail:", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("warn:", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_DirectoryOfARunningPortal_IsRefusedUntilThatOneIsKilled()
    {
        using (var first = StartPortal("--urls=http://127.0.0.1:0"))
        {
            using var limit = KillAtTimeout(first);
            while (
                await first.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line
                && !line.Contains("The portal has started", StringComparison.Ordinal)
            ) { }

            var (exitCode, errors) = await RunAsync("--urls=http://127.0.0.1:0");

            Assert.Equal(1, exitCode);
            Assert.StartsWith(
                $"The portal cannot start: Process {first.Id} on {Environment.MachineName} works in '{_directory.Path}'",
                errors,
                StringComparison.Ordinal
            );
            Assert.Contains("Portal:Data:Directory", errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
            first.Kill();
            await first.WaitForExitAsync(CancellationToken.None);
        }

        DataDirectory.Lock(_directory.Path).Dispose();
    }

    [Fact]
    public async Task Start_PortInUse_EndsWithAMessageThatNamesTheRemedy()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";

        var (exitCode, errors) = await RunAsync($"--urls={address}");

        Assert.Equal(1, exitCode);
        Assert.Contains(address, errors, StringComparison.Ordinal);
        Assert.Contains("choose another with Urls", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ClassWithoutTls_WarnsOnceWithTheRemedy()
    {
        using var process = StartPortal("--urls=http://0.0.0.0:0", "--Portal:Mode=Class");
        using var limit = KillAtTimeout(process);
        var printed = "";
        while (
            !printed.Contains("The portal has started", StringComparison.Ordinal)
            && await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line
        )
            printed += line + "\n";
        process.Kill();

        Assert.Equal(2, printed.Split("the portal listens at 'http://0.0.0.0:0', without TLS").Length);
    }

    [Fact]
    public async Task Doctor_ClassWithoutTls_SaysSo()
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [Repository.PathOf("artifacts", "bin", "Portal.Cli", "debug", "portal.dll"), "doctor"]
        )
        {
            RedirectStandardOutput = true,
            Environment = { ["Portal__Mode"] = "Class", ["ASPNETCORE_URLS"] = "http://+:5080" },
        };
        using var process = Process.Start(start)!;
        using var limit = KillAtTimeout(process);

        var said = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);

        Assert.Contains("the portal listens at 'http://+:5080', without TLS", said, StringComparison.Ordinal);
        Assert.Contains("Portal:ForwardedHeaders:KnownProxies", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Class", "http://localhost:5080", null, null, false)]
    [InlineData("Class", "http://0.0.0.0:5080", null, null, true)]
    [InlineData("Class", "https://0.0.0.0:5081", null, null, false)]
    [InlineData("Class", "https://0.0.0.0:5081;http://*:5080", null, null, true)]
    [InlineData("Class", "http://0.0.0.0:5080", "https://portal.example.org", null, true)]
    [InlineData("Class", "http://0.0.0.0:5080", "https://portal.example.org", "10.0.0.0/8", false)]
    [InlineData("Class", "http://0.0.0.0:5080", "http://portal.example.org", "10.0.0.0/8", true)]
    [InlineData("Class", "http://localhost:5080", "http://portal.example.org", null, true)]
    [InlineData("Class", "http://localhost:5080", "http://localhost:5080", null, false)]
    [InlineData("Local", "http://0.0.0.0:5080", null, null, false)]
    public void FindPlainText_OfAClass_IsWhatOthersCanReachWithoutTls(
        string mode,
        string urls,
        string? publicUrl,
        string? proxies,
        bool found
    )
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Portal:Mode"] = mode,
                    ["urls"] = urls,
                    ["Portal:PublicUrl"] = publicUrl,
                    ["Portal:ForwardedHeaders:KnownNetworks:0"] = proxies,
                }.Where(setting => setting.Value is not null)
            )
            .Build();

        Assert.Equal(found, ListenAddresses.FindPlainText(configuration) is not null);
    }

    [Theory]
    [InlineData("http://localhost:5080", true)]
    [InlineData("http://127.0.0.1:5080", true)]
    [InlineData("http://[::1]:5080", true)]
    [InlineData("http://*:5080", false)]
    [InlineData("http://+:80", false)]
    [InlineData("http://192.168.1.4:80", false)]
    public void IsLoopback_Address_TellsWhoCanReachIt(string address, bool loopback) => Assert.Equal(loopback, ListenAddresses.IsLoopback(address));

    [Fact]
    public void Validate_RemoteAddressAllowed_IsAccepted()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>("urls", "http://0.0.0.0:5080")]).Build();

        Assert.True(
            new LocalOptions.Validator(configuration, Options.Create(new PortalOptions()))
                .Validate(null, new LocalOptions { AllowRemote = true })
                .Succeeded
        );
    }

    [Fact]
    public void Describe_SeveralOptionsAreWrong_TellsAll()
    {
        var message = StartupFailure.Describe(new OptionsValidationException("x", typeof(DataOptions), ["First.", "Second."]));

        Assert.Contains("First.", message, StringComparison.Ordinal);
        Assert.Contains("Second.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Describe_Database_GivesItsMessage() =>
        Assert.Contains("look at X", StartupFailure.Describe(new DatabaseUnavailableException("look at X", new IOException())), StringComparison.Ordinal);

    [Fact]
    public void Describe_Bug_IsLeftToTheRuntime() => Assert.Null(StartupFailure.Describe(new InvalidOperationException()));

    private async Task<(int ExitCode, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = StartPortal(arguments);
        using var limit = KillAtTimeout(process);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = await process.StandardError.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        return (process.ExitCode, errors + await output);
    }

    private Process StartPortal(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Portal.Web.dll"));
        foreach (var argument in (string[])[$"--contentRoot={Repository.PathOf("src", "Portal.Web")}", $"--Portal:Content:Root={_directory.Path}", $"--Portal:Data:Directory={_directory.Path}", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        return Process.Start(start)!;
    }

    private static CancellationTokenSource KillAtTimeout(Process process)
    {
        var limit = new CancellationTokenSource(TestTimeouts.Default);
        limit.Token.Register(() => process.Kill(entireProcessTree: true));
        return limit;
    }
}
