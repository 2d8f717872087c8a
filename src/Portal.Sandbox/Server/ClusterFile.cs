using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using Portal.Sandbox.Authorization;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox;

/// <summary>
/// A cluster at rest in a file: its objects at their versions, what its containers wrote to their logs, and the moments
/// that it can go back to. What was measured is not in it: counters begin anew, as when a node restarts.
/// </summary>
internal static class ClusterFile
{
    private const int Format = 2;

    /// <summary>Before there were moments to go back to.</summary>
    private const int FormatWithoutMarks = 1;
    private static readonly byte[] s_magic = "portal cluster\n"u8.ToArray();

    /// <summary>Replaces the file at once, readable by its owner only.</summary>
    public static void Write(
        string path,
        StoreSnapshot snapshot,
        IEnumerable<SavedLog> logs,
        IReadOnlyCollection<ClusterMark> marks
    )
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new FileStream(temporary, options))
            {
                file.Write(s_magic);
                file.WriteByte(Format);
                using (var zip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
                using (var writer = new BinaryWriter(zip, Encoding.UTF8))
                {
                    Write(writer, snapshot);
                    Write(writer, logs);
                    Write(writer, snapshot, marks);
                }
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <exception cref="InvalidDataException">It is no such file, or is damaged.</exception>
    public static (StoreSnapshot Snapshot, ImmutableArray<SavedLog> Logs, ImmutableArray<ClusterMark> Marks) Read(
        string path,
        DateTimeOffset now
    )
    {
        using var file = File.OpenRead(path);
        var head = new byte[s_magic.Length + 1];
        var whole = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length;
        if (!whole || !head.AsSpan().StartsWith(s_magic))
            throw new InvalidDataException($"{path} is no cluster's.");
        if (head[^1] is not (Format or FormatWithoutMarks))
            throw new InvalidDataException($"{path} is of another portal's version.");
        try
        {
            using var zip = new GZipStream(file, CompressionMode.Decompress);
            using var reader = new BinaryReader(zip, Encoding.UTF8);
            var known = new List<StoredObject>();
            var snapshot = ReadSnapshot(reader, BootstrapPolicy.Baseline(now), known);
            var logs = ReadLogs(reader);
            return (snapshot, logs, head[^1] == Format ? ReadMarks(reader, known) : []);
        }
        catch (Exception e) when (e is EndOfStreamException or System.Text.Json.JsonException or OverflowException)
        {
            throw new InvalidDataException($"{path} is damaged.", e);
        }
    }

    private static void Write(BinaryWriter writer, StoreSnapshot snapshot)
    {
        writer.Write(snapshot.Revision);
        writer.Write(snapshot.Resources.Count);
        foreach (var (resource, objects) in snapshot.Resources)
        {
            writer.Write(resource);
            writer.Write(objects.Count);
            foreach (var stored in objects.Values) Write(writer, stored);
        }
    }

    private static void Write(BinaryWriter writer, StoredObject stored)
    {
        var json = stored.Json;
        writer.Write(stored.ResourceVersion);
        writer.Write(json.Length);
        writer.Write(json);
    }

    private static StoredObject ReadObject(BinaryReader reader)
    {
        var version = reader.ReadInt64();
        return new(JsonExtensions.ParseObject(reader.ReadBytes(reader.ReadInt32())), version);
    }

    /// <summary>An object that was written before, in the cluster or in an earlier mark, is its number only.</summary>
    private static void Write(BinaryWriter writer, StoreSnapshot snapshot, IReadOnlyCollection<ClusterMark> marks)
    {
        var numbers = new Dictionary<StoredObject, int>(ReferenceEqualityComparer.Instance);
        foreach (var stored in snapshot.Resources.Values.SelectMany(r => r.Values)) numbers.Add(stored, numbers.Count);
        writer.Write(marks.Count);
        foreach (var mark in marks)
        {
            writer.Write(mark.Name);
            writer.Write(mark.Snapshot.Revision);
            writer.Write(mark.Snapshot.Resources.Count);
            foreach (var (resource, objects) in mark.Snapshot.Resources)
            {
                writer.Write(resource);
                writer.Write(objects.Count);
                foreach (var stored in objects.Values)
                {
                    var isNew = numbers.TryAdd(stored, numbers.Count);
                    writer.Write(numbers[stored]);
                    if (isNew) Write(writer, stored);
                }
            }
        }
    }

    /// <param name="known">The objects before them in the file.</param>
    private static ImmutableArray<ClusterMark> ReadMarks(BinaryReader reader, List<StoredObject> known)
    {
        var marks = ImmutableArray.CreateBuilder<ClusterMark>();
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var (name, revision) = (reader.ReadString(), reader.ReadInt64());
            var resources = StoreSnapshot.Empty.Resources.ToBuilder();
            for (var kinds = reader.ReadInt32(); kinds > 0; kinds--)
            {
                var resource = reader.ReadString();
                var objects = ImmutableSortedDictionary.CreateBuilder<ObjectName, StoredObject>();
                for (var left = reader.ReadInt32(); left > 0; left--)
                {
                    var number = reader.ReadInt32();
                    if (number == known.Count) known.Add(ReadObject(reader));
                    else if (number < 0 || number > known.Count) throw new EndOfStreamException();
                    objects[new(known[number].Namespace, known[number].Name)] = known[number];
                }
                resources[resource] = objects.ToImmutable();
            }
            marks.Add(new(name, new(revision, resources.ToImmutable())));
        }
        return marks.ToImmutable();
    }

    /// <param name="known">Gets the objects in the order of the file.</param>
    private static StoreSnapshot ReadSnapshot(BinaryReader reader, StoreSnapshot baseline, List<StoredObject> known)
    {
        var revision = reader.ReadInt64();
        var resources = StoreSnapshot.Empty.Resources.ToBuilder();
        for (var kinds = reader.ReadInt32(); kinds > 0; kinds--)
        {
            var resource = reader.ReadString();
            var shared = baseline.Of(resource);
            var objects = ImmutableSortedDictionary.CreateBuilder<ObjectName, StoredObject>();
            for (var count = reader.ReadInt32(); count > 0; count--)
            {
                var stored = ReadObject(reader);
                var name = new ObjectName(stored.Namespace, stored.Name);
                // Most of an idle cluster is what all clusters begin with, and share in memory.
                if (
                    shared.GetValueOrDefault(name) is { } same
                    && same.ResourceVersion == stored.ResourceVersion
                    && same.Json.AsSpan().SequenceEqual(stored.Json)
                )
                    stored = same;
                objects[name] = stored;
                known.Add(stored);
            }
            resources[resource] = objects.ToImmutable();
        }
        return new(revision, resources.ToImmutable());
    }

    private static void Write(BinaryWriter writer, IEnumerable<SavedLog> logs)
    {
        foreach (var log in logs)
        {
            writer.Write(true);
            writer.Write(log.PodUid);
            writer.Write(log.Container);
            writer.Write(log.Lines.Count);
            foreach (var line in log.Lines)
            {
                writer.Write(line.Time.UtcTicks);
                writer.Write(line.Text);
            }
        }
        writer.Write(false);
    }

    private static ImmutableArray<SavedLog> ReadLogs(BinaryReader reader)
    {
        var logs = ImmutableArray.CreateBuilder<SavedLog>();
        while (reader.ReadBoolean())
        {
            var (uid, container) = (reader.ReadString(), reader.ReadString());
            var lines = new List<ContainerLog.LogLine>();
            for (var count = reader.ReadInt32(); count > 0; count--)
                lines.Add(new(lines.Count, new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero), reader.ReadString()));
            logs.Add(new(uid, container, lines));
        }
        return logs.ToImmutable();
    }
}

/// <summary>What a container wrote, in order.</summary>
internal sealed record SavedLog(string PodUid, string Container, IReadOnlyList<ContainerLog.LogLine> Lines);
