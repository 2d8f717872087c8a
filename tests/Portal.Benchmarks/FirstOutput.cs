using System.Diagnostics;
using Portal.Labs.Sessions;

namespace Portal.Benchmarks;

/// <summary>
/// From Run to the first output of <c>kubectl get pods -A</c> in one learner's session, alone and beside a learner who
/// spends everything: busy loops and log floods, a thousand watches, a deployment of 100 000 replicas.
/// </summary>
internal static class FirstOutput
{
    private const string Noise = """
        for i in $(seq 8); do kubectl run busy-$i --image=busybox -- sh -c 'while true; do :; done'; done
        for i in $(seq 8); do kubectl run flood-$i --image=busybox -- yes this is a line of the log that goes on; done
        kubectl create deployment many --image=nginx --replicas=100000
        server=$(kubectl config view --raw -o jsonpath='{.clusters[0].cluster.server}')
        token=$(kubectl config view --raw -o jsonpath='{.users[0].user.token}')
        pods="$server/api/v1/pods?watch=true&n=[1-1000]"
        curl -sSkZ --parallel-max 300 -o /dev/null -H "Authorization: Bearer $token" "$pods" &
        """;

    public static async Task RunAsync(int seconds)
    {
        await using (var lab = new Lab("process"))
            await MeasureAsync("alone, nothing kept apart", await lab.OpenAsync("quiet"), seconds);
        await using (var lab = new Lab("bubblewrap"))
        {
            var quiet = await lab.OpenAsync("quiet");
            await MeasureAsync("alone", quiet, seconds);
            var noisy = await lab.OpenAsync("noisy");
            await noisy.RunAsync(Block(noisy), new RunOptions(Code: Noise), CancellationToken.None);
            await MeasureAsync("beside a cluster that spends everything", quiet, seconds);
        }
    }

    private static string Block(ILessonSession session) =>
        session.Lesson.Blocks.First(b => b.Runnable && b.RunsOn("sandbox")).Id;

    private static async Task MeasureAsync(string when, ILessonSession session, int seconds)
    {
        var block = Block(session);
        var times = new List<double>();
        for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < seconds;)
        {
            var before = session.Current.Runs.GetValueOrDefault(block)?.RunId;
            var watch = Stopwatch.StartNew();
            await session.RunAsync(block, new RunOptions(Code: "kubectl get pods -A"), CancellationToken.None);
            await Lab.UntilAsync(
                session,
                s =>
                    s.Runs.GetValueOrDefault(block) is { } run
                    && run.RunId != before
                    && run.Commands.Any(c => c.Output.Length > 0)
            );
            times.Add(watch.Elapsed.TotalMilliseconds);
            await Lab.UntilAsync(session, s => s.ActiveBlockId is null && s.Waiting.IsEmpty);
        }
        times.Sort();
        Console.WriteLine(
            $"{when}: first output p50 {times[times.Count / 2]:0} ms, p95 {times[times.Count * 95 / 100]:0} ms "
                + $"({times.Count})"
        );
    }
}
