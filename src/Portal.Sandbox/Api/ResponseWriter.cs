using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Portal.Sandbox.Api;

/// <summary>
/// How answers leave: as JSON with Go's line break at the end, compressed when they are long and the client takes it.
/// </summary>
internal static class ResponseWriter
{
    /// <summary>Answers above this size are compressed when the client takes it, as kube-apiserver does.</summary>
    private const int CompressAbove = 128 * 1024;

    /// <summary>Headers hold printable ASCII, and no more than 4 KiB of warnings.</summary>
    public static void Warn(HttpResponse response, IEnumerable<string> warnings)
    {
        var left = 4096;
        foreach (var warning in warnings)
        {
            if ((left -= warning.Length) < 0)
                return;
            var printable = string.Create(
                warning.Length,
                warning,
                static (to, text) =>
                {
                    for (var i = 0; i < to.Length; i++)
                        to[i] = text[i] is >= ' ' and < (char)127 ? text[i] : '?';
                }
            );
            var quoted = printable
                .Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal);
            response.Headers.Append("Warning", $"299 - \"{quoted}\"");
        }
    }

    /// <summary>A short list goes out as any answer, a long one in pieces.</summary>
    public static async Task WriteListAsync(HttpContext http, ListDocument list)
    {
        if (list.Size <= CompressAbove)
        {
            var whole = new ArrayBufferWriter<byte>((int)list.Size + 1024);
            await list.WriteAsync(whole, () => ValueTask.CompletedTask).ConfigureAwait(false);
            await WriteAsync(http, 200, whole.WrittenMemory).ConfigureAwait(false);
            return;
        }
        var response = http.Response;
        response.ContentType = "application/json";
        if (!http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
        {
            await list.WriteAsync(
                    response.BodyWriter,
                    async () => await response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false)
                )
                .ConfigureAwait(false);
            response.BodyWriter.Write("\n"u8);
            return;
        }
        response.Headers.ContentEncoding = "gzip";
        response.Headers.Vary = "Accept-Encoding";
        await using var gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        var piece = new ArrayBufferWriter<byte>(CompressAbove);
        await list.WriteAsync(piece, async () =>
        {
            await gzip.WriteAsync(piece.WrittenMemory, http.RequestAborted).ConfigureAwait(false);
            piece.ResetWrittenCount();
        }).ConfigureAwait(false);
    }

    public static async Task WriteAsync(
        HttpContext http,
        int code,
        ReadOnlyMemory<byte> body,
        string contentType = "application/json"
    )
    {
        var response = http.Response;
        response.StatusCode = code;
        response.ContentType = contentType;
        var json =
            contentType.StartsWith("application/json", StringComparison.Ordinal)
            && response.Headers.ContentEncoding.Count == 0;
        if (
            json
            && body.Length > CompressAbove
            && http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal)
        )
        {
            response.Headers.ContentEncoding = "gzip";
            response.Headers.Vary = "Accept-Encoding";
            await using var gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
            await gzip.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
            return;
        }
        // Go's encoder ends every document with a line break, which "kubectl get --raw" shows.
        response.ContentLength = body.Length + (json ? 1 : 0);
        response.BodyWriter.Write(body.Span);
        if (json) response.BodyWriter.Write("\n"u8);
        await response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }
}
