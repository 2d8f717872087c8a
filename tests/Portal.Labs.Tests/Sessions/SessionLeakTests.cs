using System.Globalization;
using CsCheck;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

/// <summary>Counts what the process holds, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(SessionLeakTests), DisableParallelization = true)]
[Collection(nameof(SessionLeakTests))]
public sealed class SessionLeakTests
{
    private const int Sequences = 60;
    private const int Length = 16;

    private static readonly Gen<(int Learner, SessionStep Step)[]> s_sequences = Gen.Select(
        Gen.Int[0, 2],
        Gen.Frequency(
            (5, Gen.Const(SessionStep.OpenAndWait)),
            (3, Gen.Const(SessionStep.Open)),
            (4, Gen.Const(SessionStep.Run)),
            (3, Gen.Const(SessionStep.RunLong)),
            (15, Gen.Enum<SessionStep>())
        )
    ).Array[Length];

    private static int s_leases;

    [Fact]
    public async Task Session_WhateverHappensInWhateverOrder_LeavesNothingBehind()
    {
        await PlayAsync([
            (0, SessionStep.OpenAndWait),
            (0, SessionStep.Run),
            (1, SessionStep.OpenAndWait),
            (0, SessionStep.Delete),
        ]); // what a first use loads stays
        var descriptors = OpenDescriptors();
        var children = Children();

        var random = new PCG(1, 20261127); // the same sequences every time
        for (var i = 0; i < Sequences; i++)
        {
            var steps = s_sequences.Generate(random, null, out _);
            try
            {
                await PlayAsync(steps);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Sequence {i}: {string.Join(", ", steps)}", e);
            }
        }

        Assert.InRange(s_leases, Sequences, int.MaxValue); // something has happened
        await Eventually.True(() => !Children().Except(children).Any());
        await Eventually.True(() => OpenDescriptors() <= descriptors);
    }

    private static async Task PlayAsync((int Learner, SessionStep Step)[] steps)
    {
        var world = new SessionWorld();
        await world.InitializeAsync();
        try
        {
            foreach (var (learner, step) in steps) await world.DoAsync(SessionWorld.KeyOf(learner), step);
            await world.SettleAsync();
            await world.CheckResultsAsync();
            await world.EndAsync();
            s_leases += world.Provider.Leased;
        }
        finally
        {
            await world.DisposeAsync();
        }
        await Eventually.True(() => Terminals() == 0);
        await Eventually.True(() => !TerminalThreads().Any());
    }

    /// <summary>
    /// Pipes, sockets, terminals, files: all but the assemblies, which are loaded when they are needed.
    /// </summary>
    private static int OpenDescriptors() =>
        Directory
            .GetFiles("/proc/self/fd")
            .Count(f => new FileInfo(f).LinkTarget is { } target && !target.EndsWith(".dll", StringComparison.Ordinal));

    private static int Terminals() =>
        Directory
            .GetFiles("/proc/self/fd")
            .Count(f => new FileInfo(f).LinkTarget?.Contains("ptmx", StringComparison.Ordinal) == true);

    private static IEnumerable<string> TerminalThreads() => Directory.GetDirectories("/proc/self/task")
        .Select(t => Read(Path.Combine(t, "comm"))).Where(n => n.StartsWith("pty ", StringComparison.Ordinal));

    private static HashSet<int> Children() =>
        [
            .. Directory
                .GetDirectories("/proc")
                .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var id) ? id : 0)
                .Where(id =>
                    id > 0
                    && Read($"/proc/{id}/stat").Split(") ").Last().Split(' ') is [_, var parent, ..]
                    && parent == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
                ),
        ];

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // it has ended
        }
    }
}
