using System.Collections;
using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Shared;
using Portal.Classroom.Data;
using Portal.Testing;
using Portal.Web.Hosting;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>What other users and processes of the machine may read.</summary>
public sealed partial class PrivateFilesTests(PortalFactory factory) : IClassFixture<PortalFactory>
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task DataDirectory_PortalInUse_IsItsUsersAlone()
    {
        using var client = await factory.CreateOwnerAsync();
        await using var db = await factory
            .Services.GetRequiredService<IDbContextFactory<PortalDbContext>>()
            .CreateDbContextAsync(CancellationToken.None);
        await db.Database.OpenConnectionAsync(CancellationToken.None);
        Assert.True(await db.Learners.AnyAsync(CancellationToken.None)); // the log of writes is there from now on

        var data = new DirectoryInfo(factory.DataDirectory);

        Assert.Equal(Private | UnixFileMode.UserExecute, data.UnixFileMode);
        Assert.Equal(
            Private | UnixFileMode.UserExecute,
            new DirectoryInfo(Path.Combine(data.FullName, "keys")).UnixFileMode
        );
        var files = data.GetFiles("portal.db*").Concat(data.GetFiles("keys/*")).ToList();
        Assert.Contains(files, f => f.Name == "portal.db");
        Assert.Contains(files, f => f.Name == "portal.db-wal");
        Assert.Contains(files, f => f.Name.StartsWith("key-", StringComparison.Ordinal));
        Assert.All(files, f => Assert.True(f.UnixFileMode == Private, $"{f.Name}: {f.UnixFileMode}"));
    }

    [Fact]
    public void Database_OpenToOthers_IsNarrowed()
    {
        using var directory = new TempDirectory();
        var file = directory.Write("data/portal.db", "");
        var wal = directory.Write("data/portal.db-wal", "");

        PrivateFiles.MakeDirectory(Path.GetDirectoryName(file)!);
        PrivateFiles.Database(file);

        Assert.Equal(Private, new FileInfo(file).UnixFileMode);
        Assert.Equal(Private, new FileInfo(wal).UnixFileMode);
        Assert.Equal(Private | UnixFileMode.UserExecute, new DirectoryInfo(Path.GetDirectoryName(file)!).UnixFileMode);
    }

    [Fact]
    public void Secrets_FilesAndCredentials_AreSettings()
    {
        using var directory = new TempDirectory();
        var password = directory.Write("password", "s3cret\n");
        directory.Write("credentials/Portal__OpenIdConnect__ClientSecret", "from systemd\n");
        var configuration = new ConfigurationManager();

        configuration.AddSecretFiles(
            new Hashtable
            {
                ["Portal__Data__Password_FILE"] = password,
                ["CREDENTIALS_DIRECTORY"] = Path.Combine(directory.Path, "credentials"),
                ["SOMETHING_FILE"] = "/no/such/file",
            }
        );

        Assert.Equal("s3cret", configuration["Portal:Data:Password"]);
        Assert.Equal("from systemd", configuration["Portal:OpenIdConnect:ClientSecret"]);
    }

    [Fact]
    public void Secrets_FileIsMissing_SaysWhichVariable()
    {
        var e = Assert.Throws<OptionsValidationException>(() =>
            new ConfigurationManager().AddSecretFiles(
                new Hashtable { ["Portal__Data__Password_FILE"] = "/no/such/file" }
            )
        );

        Assert.Contains(
            "The variable Portal__Data__Password_FILE names '/no/such/file', which cannot be read",
            StartupFailure.Describe(e),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Protect_Process_IsNotDumpable()
    {
        ProcessMemory.Protect();

        Assert.Equal(0, Control(GetDumpable, 0, 0, 0, 0));
    }

    private const int GetDumpable = 3;

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);
}
