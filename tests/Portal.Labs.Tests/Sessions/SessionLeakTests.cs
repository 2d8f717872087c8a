using System.Diagnostics;
using System.Globalization;
using CsCheck;
using Portal.Clusters;
using Portal.Labs.Sessions;
using Portal.Labs.Shell;
using Portal.Labs.Shell.Pty;
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

    /// <summary>What can happen to a session, and around it.</summary>
    public enum Step
    {
        Open,
        OpenAndWait,
        Run,
        RunLong,
        Stop,
        Reset,
        Close,
        Answer,
        Check,
        Type,
        Delete,
        LeaseFails,
        LeaseHangs,
        ResetFails,
        ReturnFails,
        StoreFails,
        StoreHangs,
        WorkspaceFails,
        ShellCannotStart,
        KillShell,
        GuardedWorkFails,
        Heal,
    }

    private static readonly Gen<(int Learner, Step Step)[]> s_sequences = Gen.Select(
        Gen.Int[0, 2],
        Gen.Frequency(
            (5, Gen.Const(Step.OpenAndWait)),
            (3, Gen.Const(Step.Open)),
            (4, Gen.Const(Step.Run)),
            (3, Gen.Const(Step.RunLong)),
            (15, Gen.Enum<Step>())
        )
    ).Array[Length];

    private static int s_leases;

    [Fact]
    public async Task Session_WhateverHappensInWhateverOrder_LeavesNothingBehind()
    {
        await PlayAsync([(0, Step.OpenAndWait), (0, Step.Run), (1, Step.OpenAndWait), (0, Step.Delete)]); // what a first use loads stays
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

    private static async Task PlayAsync((int Learner, Step Step)[] steps)
    {
        var world = new World();
        await world.InitializeAsync();
        try
        {
            foreach (var (learner, step) in steps) await world.DoAsync(World.KeyOf(learner), step);
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

    /// <summary>One process's sessions with everything that can fail around them.</summary>
    private sealed class World : SessionFixture
    {
        private readonly List<Task> _underWay = [];
        private readonly HashSet<LessonSessionKey> _used = [];
        private int _failures;

        protected override TimeProvider Time { get; } = new HastyTime();

        public static LessonSessionKey KeyOf(int learner) => Key with { LearnerId = $"learner-{learner}" };

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            Provider.Ready.SetResult();
        }

        public async Task DoAsync(LessonSessionKey key, Step step)
        {
            var session = Sessions.Find(key);
            switch (step)
            {
                case Step.Open:
                    Begin(OpenSessionAsync(key));
                    break;
                case Step.OpenAndWait:
                    await WaitAsync(key);
                    break;
                case Step.Run:
                    Begin(() => session?.RunAsync("step-1/look", RunOptions.WholeBlock, CancellationToken.None));
                    break;
                case Step.RunLong:
                    Begin(() =>
                        session?.RunAsync(
                            "step-2/make",
                            new RunOptions(Code: "sleep 1000 & sleep 1000"),
                            CancellationToken.None
                        )
                    );
                    break;
                case Step.Stop:
                    Begin(() => session?.StopAsync(CancellationToken.None));
                    break;
                case Step.Reset:
                    Begin(() => session?.ResetAsync(CancellationToken.None));
                    break;
                case Step.Close:
                    Begin(() => Sessions.CloseAsync(key, CancellationToken.None));
                    break;
                case Step.Answer:
                    Begin(() => session?.AnswerAsync("question", "right", CancellationToken.None));
                    break;
                case Step.Check:
                    Begin(() => session?.CheckAsync(null, CancellationToken.None));
                    break;
                case Step.Type:
                    Begin(() => session is null ? null : TypeAsync(session));
                    break;
                case Step.Delete:
                    Begin(() => Sessions.DeleteAsync(key, CancellationToken.None));
                    break;
                case Step.LeaseFails:
                    Provider.Failure = new InvalidOperationException("injected");
                    break;
                case Step.LeaseHangs:
                    Provider.Hold("lease");
                    break;
                case Step.ResetFails:
                    Provider.ResetFailure = new ClusterUnavailableException("injected", "");
                    break;
                case Step.ReturnFails:
                    Provider.ReturnFailure = new IOException("injected");
                    break;
                case Step.StoreFails:
                    Recorder.Failure = new IOException("injected");
                    break;
                case Step.StoreHangs:
                    Recorder.Block();
                    break;
                case Step.WorkspaceFails:
                    Isolation.Problem = new WorkspaceException("injected", "");
                    break;
                case Step.ShellCannotStart:
                    Isolation.Program = "/nowhere/bash";
                    break;
                case Step.KillShell:
                    ProcessTree.KillByVariable(
                        WorkspaceFiles.LessonVariable,
                        Path.Combine(Factory.WorkspaceDirectory(key), "home", key.LessonId)
                    );
                    break;
                // Every third piece of guarded work, whichever comes, never begins.
                case Step.GuardedWorkFails:
                    Entering = (_, _) =>
                    {
                        if (Interlocked.Increment(ref _failures) % 3 == 0)
                            throw new InvalidOperationException("injected");
                    };
                    break;
                default:
                    Heal();
                    break;
            }
        }

        /// <summary>Everything works again, and what was asked has come to its end.</summary>
        public async Task SettleAsync()
        {
            Heal();
            foreach (var session in _used.Select(Sessions.Find).OfType<ILessonSession>())
                Begin(() => session.StopAsync(CancellationToken.None));
            await Task.WhenAll(_underWay).DefaultTimeout();
        }

        /// <summary>What is shown as done is stored as what it was.</summary>
        public async Task CheckResultsAsync()
        {
            foreach (var session in _used.Select(Sessions.Find).OfType<ILessonSession>())
            {
                await Eventually.True(() =>
                    session.Current is { UnsavedBlocks.IsEmpty: true, UnsavedChecks.IsEmpty: true, ActiveBlockId: null }
                );
                if (
                    session.Current.Runs.GetValueOrDefault("step-1/look") is
                    { RunId: not "recorded", Commands: not [{ Output: ['T', 'h', 'e', ' ', ..] }] } run
                )
                {
                    Assert.Equal(run.Phase, Recorder.RunsOf(session.Key)["step-1/look"].Phase);
                }
            }
        }

        public async Task EndAsync()
        {
            await Task.WhenAll(_used.Select(k => Sessions.DeleteAsync(k, CancellationToken.None))).DefaultTimeout();
            Assert.All(_used, k => Assert.Null(Sessions.Find(k)));
            await Eventually.True(() => Provider.Outstanding == 0);
            await Sessions.DisposeAsync().AsTask().DefaultTimeout();
            await Eventually.True(() => Server.Watching == 0);
            Assert.Empty(Provider.Existing);
            Assert.Empty(
                Directory.Exists(Factory.WorkspacesRoot)
                    ? Directory.EnumerateFileSystemEntries(Factory.WorkspacesRoot)
                    : []
            );
            Assert.Equal(0, Provider.Outstanding);
        }

        private void Heal()
        {
            Entering = null;
            Provider.Failure = Provider.ResetFailure = Provider.ReturnFailure = null;
            Provider.Release();
            Recorder.Release();
            Isolation.Problem = null;
            Isolation.Program = null;
        }

        private Task<ILessonSession> OpenSessionAsync(LessonSessionKey key)
        {
            _used.Add(key);
            return Sessions.OpenAsync(key, CancellationToken.None);
        }

        /// <summary>Until the session is ready, or cannot be for now.</summary>
        private async Task WaitAsync(LessonSessionKey key)
        {
            if (
                Provider.Holds.ContainsKey("lease")
                || Recorder.Failure is not null
                || Recorder.Hold is not null
                || Entering is not null
            )
            {
                Begin(OpenSessionAsync(key));
                return;
            }
            var opening = OpenSessionAsync(key);
            if (await Task.WhenAny(opening, Task.Delay(1000)) != opening)
            {
                Begin(opening);
                return;
            }
            await Until(
                await opening,
                s =>
                    s.Workspace.Phase != WorkspacePhase.Starting
                    || s.Cluster.Phase is not (ClusterPhase.Starting or ClusterPhase.Ready)
            );
        }

        private static async Task TypeAsync(ILessonSession session)
        {
            await using var terminal = await session.AttachTerminalAsync(80, 24, CancellationToken.None);
            for (var i = 0; i < 64; i++) await terminal.WriteAsync(new byte[8192], CancellationToken.None);
            await terminal.WriteAsync("\u0003exit\r"u8.ToArray(), CancellationToken.None);
        }

        private void Begin(Func<Task?> ask)
        {
            try
            {
                if (ask() is { } asked) Begin(asked);
            }
            catch (RunRefusedException)
            {
                // Not now, in words.
            }
        }

        private void Begin(Task asked) => _underWay.Add(IgnoringRefusalsAsync(asked));

        private static async Task IgnoringRefusalsAsync(Task asked)
        {
            try
            {
                await asked;
            }
            catch (Exception e) when (e is RunRefusedException or ClusterUnavailableException)
            {
                // In words, for the learner.
            }
        }
    }

    /// <summary>Ten times as fast as the clock on the wall: the portal's patience and pauses are short.</summary>
    private sealed class HastyTime : TimeProvider
    {
        private const int Speed = 10;

        public override long GetTimestamp() => Stopwatch.GetTimestamp() * Speed;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new HastyTimer(base.CreateTimer(callback, state, Hasten(dueTime), Hasten(period)));

        private static TimeSpan Hasten(TimeSpan time) => time <= TimeSpan.Zero ? time : time / Speed;

        private sealed class HastyTimer(ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(Hasten(dueTime), Hasten(period));

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}
