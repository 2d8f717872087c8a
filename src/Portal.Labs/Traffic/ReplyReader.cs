using System.Collections.Immutable;
using System.Text;
using Portal.Clusters.Watching;
using Portal.Labs.Grading.Probes;

namespace Portal.Labs.Traffic;

/// <summary>Reads of an answer what a page shows of it.</summary>
internal static class ReplyReader
{
    public const int BodyLimit = 4 * 1024;

    public static TrafficReply Read(int number, TrafficAnswer answer, ImmutableArray<PodRow> pods)
    {
        var pod = NamedPod(answer.Body, pods);
        var isText = !answer.Body.AsSpan().ContainsAny('\0', '\uFFFD');
        var body = isText && answer.Problem is null ? Start(answer.Body) : "";
        var note =
            answer.Problem
            ?? (!isText ? "The body is not text." : body.Length < answer.Body.Length ? "The first 4 KiB." : null);
        return new(
            number,
            answer.Status,
            answer.Elapsed,
            body,
            pod?.Name,
            pod is null ? null : pod.Workload.Length > 0 ? pod.Workload : pod.Name,
            note
        );
    }

    /// <summary>Many applications say which pod they are; the first that is named answered.</summary>
    private static PodRow? NamedPod(string body, ImmutableArray<PodRow> pods) =>
        body.Length == 0
            ? null
            : pods.Select(p => (Pod: p, At: body.IndexOf(p.Name, StringComparison.Ordinal)))
                .Where(p => p.At >= 0)
                // Of names that begin alike the longer one is meant.
                .OrderBy(p => p.At)
                .ThenByDescending(p => p.Pod.Name.Length)
                .FirstOrDefault()
                .Pod;

    private static string Start(string body)
    {
        Span<byte> bytes = stackalloc byte[BodyLimit];
        // Never half a character.
        Encoding.UTF8.GetEncoder().Convert(body, bytes, flush: false, out var characters, out _, out _);
        return body[..characters];
    }
}
