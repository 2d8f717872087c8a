using System.Net;
using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Labs.Traffic;

/// <summary>An HTTP API of a service in the cluster, asked through the API server's proxy.</summary>
internal sealed record ServiceProxy(string Namespace, string Service, string Port)
{
    /// <summary>Whoever can deploy a service can let it answer without end.</summary>
    public const int BodyLimit = 8 * 1024 * 1024;

    /// <summary>What a page says of it.</summary>
    public string Name => $"{Namespace}/{Service}";

    /// <summary>No such service, or nothing behind it yet.</summary>
    public static bool IsAbsent(int status) => status is 404 or 503;

    /// <param name="path">With its query, without a slash before it.</param>
    /// <returns>The status, and the answer's <c>data</c> when it is 200.</returns>
    /// <exception cref="JsonException">It answers with something else than JSON.</exception>
    /// <exception cref="IOException">It answers with more than <see cref="BodyLimit"/> bytes, or stops in the
    /// middle.</exception>
    public async Task<(int Status, JsonElement Data)> AskAsync(
        ClusterApi api,
        string path,
        CancellationToken cancellationToken
    )
    {
        var full = $"api/v1/namespaces/{Namespace}/services/http:{Service}:{Port}/proxy/{path}";
        using var response = await api.GetRawAsync(full, [], cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
            return ((int)response.StatusCode, default);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0; )
        {
            if (body.Length + read > BodyLimit)
                throw new IOException($"{Name} answers with more than can be shown.");
            body.Write(buffer, 0, read);
        }
        using var answer = JsonDocument.Parse(body.GetBuffer().AsMemory(0, (int)body.Length));
        return (200, answer.RootElement.Find("data").Clone());
    }
}
