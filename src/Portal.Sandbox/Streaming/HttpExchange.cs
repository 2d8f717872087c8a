using System.Buffers;
using Microsoft.AspNetCore.Http;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox.Streaming;

/// <summary>Between ASP.NET Core's requests and the programs' calls.</summary>
internal static class HttpExchange
{
    private const int MaxBody = 8 * 1024 * 1024;
    private static readonly HashSet<string> s_hopByHop = new(["connection", "keep-alive", "transfer-encoding", "upgrade", "host", "te", "trailer", "proxy-connection"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a request whole.</summary>
    /// <param name="bodies">Where the body's bytes are taken; the caller gives them back after the answer.</param>
    /// <exception cref="BadHttpRequestException">
    /// The body is too long (413), or the cluster's bodies are together (503, as from a proxy whose buffers are full).
    /// </exception>
    public static async Task<HttpCall> ReadAsync(
        HttpRequest request,
        string path,
        Allowance bodies,
        CancellationToken cancellationToken
    )
    {
        var headers = new HttpHeaders();
        foreach (var (name, values) in request.Headers)
        {
            if (s_hopByHop.Contains(name)) continue;
            foreach (var value in values) headers.Add(name.ToLowerInvariant(), value ?? "");
        }
        var body = await ReadBodyAsync(request, bodies, cancellationToken).ConfigureAwait(false);
        return new(request.Method, request.Host.Value ?? "", path, headers, body);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(
        HttpRequest request,
        Allowance bodies,
        CancellationToken cancellationToken
    )
    {
        using var body = new MemoryStream();
        var chunk = ArrayPool<byte>.Shared.Rent(8192);
        try
        {
            int n;
            while ((n = await request.Body.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (body.Length + n > MaxBody) throw TooLarge("Request body too large.", 413);
                if (!bodies.TryTake(n)) throw TooLarge("reset reason: overflow", 503);
                body.Write(chunk, 0, n);
            }
            return body.GetBuffer().AsMemory(0, (int)body.Length);
        }
        catch
        {
            bodies.Give(body.Length);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }

        static BadHttpRequestException TooLarge(string message, int status) => new(message, status);
    }

    public static async Task WriteAsync(HttpResponse response, HttpReply reply, CancellationToken cancellationToken)
    {
        response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers.Items)
        {
            if (!s_hopByHop.Contains(name) && !name.Equals("content-length", StringComparison.OrdinalIgnoreCase)) response.Headers.Append(name, value);
        }
        if (reply.Status is 204 or 304 or < 200) return;
        response.Headers.ContentLength = reply.Body.Length;
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method)) await response.Body.WriteAsync(reply.Body, cancellationToken).ConfigureAwait(false);
    }

}
