using Microsoft.AspNetCore.Http;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Streaming;

/// <summary>Between ASP.NET Core's requests and the programs' calls.</summary>
internal static class HttpExchange
{
    private const int MaxBody = 8 * 1024 * 1024;
    private static readonly HashSet<string> s_hopByHop = new(["connection", "keep-alive", "transfer-encoding", "upgrade", "host", "te", "trailer", "proxy-connection"], StringComparer.OrdinalIgnoreCase);

    public static async Task<HttpCall> ReadAsync(HttpRequest request, string path, CancellationToken cancellationToken)
    {
        var headers = new HttpHeaders();
        foreach (var (name, values) in request.Headers)
        {
            if (s_hopByHop.Contains(name)) continue;
            foreach (var value in values) headers.Add(name.ToLowerInvariant(), value ?? "");
        }
        using var body = new MemoryStream();
        var chunk = new byte[8192];
        int n;
        while ((n = await request.Body.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
        {
            body.Write(chunk, 0, n);
            if (body.Length > MaxBody) throw new BadHttpRequestException("Request body too large.", StatusCodes.Status413PayloadTooLarge);
        }
        return new(request.Method, request.Host.Value ?? "", path, headers, body.ToArray());
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
