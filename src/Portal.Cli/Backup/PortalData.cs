using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Portal.Classroom.Data;
using Portal.Classroom.PostgreSql;
using Portal.Classroom.Sqlite;
using Portal.Shared;

namespace Portal.Cli.Backup;

/// <summary>Where a portal keeps everything, from the environment that the portal itself reads.</summary>
internal sealed class PortalData
{
    private readonly string? _connection;
    private readonly string? _password;

    private PortalData(string directory, IConfiguration configuration)
    {
        Root = directory;
        Workspaces =
            configuration["Portal:Labs:WorkspacesDirectory"] ?? Path.Combine(directory, DataDirectory.Workspaces);
        _connection = configuration["Portal:Data:ConnectionString"];
        _password = configuration["Portal:Data:Password"];
    }

    public static Option<DirectoryInfo?> DirectoryOption { get; } = new("--data-directory")
    {
        Description = "The portal's data directory, when neither Portal__Data__Directory nor the default names it.",
    };

    public string Root { get; }
    public string Workspaces { get; }
    public bool IsSqlite => string.IsNullOrWhiteSpace(_connection);
    public string SqliteFile => Path.Combine(Root, DataDirectory.Database);

    public static PortalData Find(ParseResult result)
    {
        var configuration = new ConfigurationManager();
        configuration.AddEnvironmentVariables();
        configuration.AddSecretFiles(Environment.GetEnvironmentVariables());
        var directory =
            result.GetValue(DirectoryOption)?.FullName
            ?? configuration["Portal:Data:Directory"]
            ?? DataDirectory.Default()
            ?? throw new BackupException("There is no home directory. Name the data directory with --data-directory.");
        return new PortalData(Path.GetFullPath(directory), configuration);
    }

    /// <param name="sqliteFile">In place of the portal's own.</param>
    public PortalDbContext Open(string? sqliteFile = null)
    {
        var options = new DbContextOptionsBuilder<PortalDbContext>();
        if (IsSqlite)
            options.UsePortalSqlite(sqliteFile ?? SqliteFile);
        else
            options.UsePortalPostgreSql(_connection!, _password);
        return new PortalDbContext(options.Options);
    }
}

/// <summary>The message is for the operator.</summary>
internal sealed class BackupException(string message) : Exception(message);
