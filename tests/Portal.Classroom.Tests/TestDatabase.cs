using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Portal.Classroom.Data;
using Portal.Classroom.PostgreSql;
using Portal.Classroom.Sqlite;
using Portal.Testing;
using Xunit;

namespace Portal.Classroom.Tests;

public enum DatabaseKind
{
    Sqlite,
    PostgreSql,
}

/// <summary>An empty database that is gone with its test.</summary>
/// <param name="connection">The file, or the connection string.</param>
internal sealed class TestDatabase(DatabaseKind kind, string connection) : IDisposable
{
    public const string Variable = "PORTAL_TEST_POSTGRES";

    private TempDirectory? _directory;

    public string Connection => connection;

    /// <summary>Skips the test where there is no server.</summary>
    public static TestDatabase Create(DatabaseKind kind)
    {
        if (kind == DatabaseKind.Sqlite)
        {
            var directory = new TempDirectory();
            return new TestDatabase(kind, Path.Combine(directory.Path, "portal.db")) { _directory = directory };
        }
        var server = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(server), $"Set {Variable} to a connection string to run this test.");
        var name = "test_" + Guid.NewGuid().ToString("N");
        Execute(server, $"CREATE DATABASE {name}");
        return new TestDatabase(kind, new NpgsqlConnectionStringBuilder(server) { Database = name }.ToString());
    }

    public void Use(DbContextOptionsBuilder options)
    {
        if (kind == DatabaseKind.Sqlite)
            options.UsePortalSqlite(connection);
        else
            options.UsePortalPostgreSql(connection);
    }

    /// <summary>A context without a host, whose schema is what the test makes it.</summary>
    public PortalDbContext Open()
    {
        var options = new DbContextOptionsBuilder<PortalDbContext>();
        Use(options);
        return new PortalDbContext(options.Options);
    }

    public void Dispose()
    {
        if (kind == DatabaseKind.Sqlite)
        {
            SqliteConnection.ClearAllPools();
            _directory?.Dispose();
            return;
        }
        var name = new NpgsqlConnectionStringBuilder(connection).Database;
        using (var pooled = new NpgsqlConnection(connection))
            NpgsqlConnection.ClearPool(pooled);
        Execute(Environment.GetEnvironmentVariable(Variable)!, $"DROP DATABASE {name} WITH (FORCE)");
    }

    private static void Execute(string server, string sql)
    {
        using var connection = new NpgsqlConnection(server);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

/// <summary>Tests that hold on each database: one class below for each.</summary>
public abstract class DatabaseTests(DatabaseKind kind) : IDisposable
{
    private TestDatabase? _database;

    protected DatabaseKind Kind => kind;

    private protected TestDatabase Database => _database ??= TestDatabase.Create(kind);

    public virtual void Dispose()
    {
        _database?.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Task<ClassroomHost> StartAsync(TimeProvider? time = null) =>
        ClassroomHost.StartAsync(Database, time);
}
