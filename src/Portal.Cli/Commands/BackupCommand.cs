using System.CommandLine;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Portal.Cli.Backup;
using Portal.Shared;

namespace Portal.Cli.Commands;

/// <summary><c>portal backup FILE</c> and <c>portal restore FILE</c>: everything of a portal, in one file.</summary>
internal static class BackupCommand
{
    public static Command CreateBackup()
    {
        var file = new Argument<FileInfo>("file")
        {
            Description = "File to write, such as portal.tar.gz; one that is there is replaced in the end.",
        };
        var command = new Command(
            "backup",
            "Save database, keys and workspaces of a portal, which may run. Keep the file as safe as the portal itself."
        )
        {
            file,
            PortalData.DirectoryOption,
        };
        command.SetAction((result, cancellationToken) =>
            TellAsync(async () =>
            {
                using var writer = new BackupWriter(PortalData.Find(result), TimeProvider.System);
                var path = result.GetValue(file)!.FullName;
                var (manifest, skipped) = await writer.WriteAsync(path, cancellationToken);
                Console.WriteLine($"Saved {manifest.Rows} rows and {manifest.Files.Count - 1} files in {path}.");
                if (skipped > 0)
                    Console.WriteLine($"{skipped} files of workspaces were left out: sockets, pipes, or gone.");
            })
        );
        return command;
    }

    public static Command CreateRestore()
    {
        var file = new Argument<FileInfo>("file") { Description = "A backup." };
        var force = new Option<bool>("--force")
        {
            Description = "Also where a portal is. Its files are kept beside; rows in PostgreSQL are replaced.",
        };
        var command = new Command("restore", "Put a backup where no portal runs; also into the other kind of database.")
        {
            file,
            force,
            PortalData.DirectoryOption,
        };
        command.SetAction((result, cancellationToken) =>
            TellAsync(async () =>
            {
                var data = PortalData.Find(result);
                var (manifest, replaced) = await new BackupRestore(data, TimeProvider.System).RunAsync(
                    result.GetValue(file)!.FullName,
                    result.GetValue(force),
                    cancellationToken
                );
                Console.WriteLine(
                    $"Restored {manifest.Rows} rows and {manifest.Files.Count - 1} files of {manifest.CreatedAt:u}."
                );
                if (replaced is not null)
                    Console.WriteLine($"What was there is in {replaced}.");
            })
        );
        return command;
    }

    private static async Task<int> TellAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
            return 0;
        }
        catch (Exception e) when (
            e is BackupException or DirectoryInUseException or IOException or UnauthorizedAccessException
                or DbException or OptionsValidationException
        )
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return 1;
        }
        finally
        {
            SqliteConnection.ClearAllPools();
        }
    }
}
