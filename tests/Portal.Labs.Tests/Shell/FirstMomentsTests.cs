using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portal.Labs.Shell;
using Portal.Labs.Shell.Isolation;
using Portal.Labs.Shell.Pty;
using Portal.Shared;
using Xunit;

namespace Portal.Labs.Tests.Shell;

public sealed class FirstMomentsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingPlace _place = new();
    private readonly FirstMoments _first;

    public FirstMomentsTests() =>
        _first = new FirstMoments(_place, new Guarded("test", NullLogger.Instance, _time));

    [Fact]
    public void Over_AfterBegin_GivesWayOnce()
    {
        _first.Begin();
        _first.Over();
        _first.Over();

        Assert.Equal([true, false], _place.Favored);
    }

    [Fact]
    public void Begin_NothingIsShown_GivesWayAfterAWhile()
    {
        _first.Begin();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([true], _place.Favored);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([true, false], _place.Favored);
    }

    [Fact]
    public void Begin_Again_LastsFromThenOn()
    {
        _first.Begin();
        _time.Advance(TimeSpan.FromSeconds(1.5));
        _first.Begin();
        _time.Advance(TimeSpan.FromSeconds(1.5));

        Assert.Equal([true], _place.Favored);
    }

    private sealed class RecordingPlace : IWorkspacePlace
    {
        public List<bool> Favored { get; } = [];
        public ShellPaths Paths => throw new NotSupportedException();

        public void Favor(bool first) => Favored.Add(first);

        public PtyStartInfo Wrap(PtyStartInfo shell, bool beside) => throw new NotSupportedException();

        public bool IsAlive(int process) => throw new NotSupportedException();

        public void Signal(int group, int signal) => throw new NotSupportedException();

        public IReadOnlyList<int> ListeningPorts() => throw new NotSupportedException();

        public Task<Socket> ConnectAsync(int port, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask DisposeAsync() => throw new NotSupportedException();
    }
}
