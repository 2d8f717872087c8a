using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;
using Portal.Labs.Shell.Pty;
using Portal.Shared;

namespace Portal.Labs.Shell.Isolation.Bubblewrap;

/// <summary>
/// What the shells of one workspace share for as long as one of them is there: its network and its temporary files. The
/// first makes it new, those that come meanwhile join, and it goes with the last. Processes and shared memory each
/// shell has to itself: it ends with all that it started, and not with another. Thread-safe.
/// </summary>
internal sealed class CommonGround(Guarded guarded)
{
    /// <summary>One shell starts at a time: who joins finds a network.</summary>
    private readonly SemaphoreSlim _entrance = new(1);
    private readonly Guarded _guarded = guarded;
    private readonly Lock _gate = new();
    private Ground? _ground;

    /// <summary>Null when nobody is there.</summary>
    public NetworkNamespace? Network
    {
        get
        {
            lock (_gate) return _ground?.Network;
        }
    }

    /// <summary>The first process of each shell, as the machine knows it.</summary>
    public ImmutableArray<int> FirstProcesses
    {
        get
        {
            lock (_gate) return _ground?.FirstProcesses ?? [];
        }
    }

    /// <summary>For a shell that is about to start.</summary>
    public Stay Expect() => new(this);

    /// <summary>
    /// One shell's time there. Its methods are for the thread that starts the shell and waits for it.
    /// </summary>
    internal sealed class Stay(CommonGround common)
    {
        private Ground? _ground;
        private bool _isStarting;
        private int _first;

        /// <summary>
        /// Has the calling thread see the common files, and be in the common network if there is one yet. Waits while
        /// another shell starts.
        /// </summary>
        /// <param name="arguments">Those of bubblewrap, from what is put together for it.</param>
        /// <returns>The arguments.</returns>
        public IEnumerable<string> Begin(Func<StagingArea, IEnumerable<string>> arguments)
        {
            common._entrance.Wait();
            _isStarting = true;
            lock (common._gate)
            {
                _ground = common._ground;
                if (_ground is not null) _ground.Shells++;
            }
            if (_ground is { Network: { } network })
            {
                Kernel.LeaveMounts();
                Kernel.Enter(_ground.Mounts, Kernel.NewMounts);
                network.Enter();
                return _ground.Arguments;
            }
            var staging = new StagingArea();
            _ground = new Ground([.. arguments(staging)]) { Shells = 1 };
            lock (common._gate) common._ground = _ground;
            return ["--unshare-net", .. _ground.Arguments];
        }

        /// <summary>The shell is there, with its first process.</summary>
        /// <returns>The network when it is new; it is to be prepared before the shell goes on.</returns>
        public NetworkNamespace? Settle(int first)
        {
            _first = first;
            var isNew = _ground!.Network is null;
            lock (common._gate)
            {
                _ground.Network ??= new NetworkNamespace(first, common._guarded);
                _ground.FirstProcesses = _ground.FirstProcesses.Add(first);
            }
            return isNew ? _ground.Network : null;
        }

        /// <summary>The next shell may start.</summary>
        public void Started()
        {
            if (_isStarting) common._entrance.Release();
            _isStarting = false;
        }

        /// <summary>The shell has ended or could not be started; what it left running ends too.</summary>
        public void End()
        {
            // It takes all others with it, whatever they did to hide.
            if (_first != 0) _ = LibC.Kill(_first, LibC.SigKill);
            lock (common._gate)
            {
                if (_ground is not null)
                {
                    _ground.FirstProcesses = _ground.FirstProcesses.Remove(_first);
                    if (--_ground.Shells == 0)
                    {
                        _ground.Dispose();
                        common._ground = null;
                    }
                }
            }
            (_ground, _first) = (null, 0);
            Started();
        }
    }

    /// <summary>Made on the thread whose view of the files it keeps.</summary>
    private sealed class Ground(ImmutableArray<string> arguments) : IDisposable
    {
        public ImmutableArray<string> Arguments => arguments;
        public SafeFileHandle Mounts { get; } =
            new(Kernel.OpenToRead("/proc/thread-self/ns/mnt", follow: true), ownsHandle: true);

        public NetworkNamespace? Network { get; set; }
        public ImmutableArray<int> FirstProcesses { get; set; } = [];

        /// <summary>Those that are there, come, or have not quite left.</summary>
        public int Shells { get; set; }

        public void Dispose()
        {
            Mounts.Dispose();
            Network?.Dispose();
        }
    }
}
