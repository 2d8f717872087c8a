using System.Buffers;
using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using k8s;

namespace Portal.Clusters.Api;

/// <summary>
/// A cluster's API as JSON, for any kind: what the portal reads it shows and grades as the server sent it, so no typed
/// model stands between. Thread-safe.
/// </summary>
public sealed class ClusterApi : IDisposable
{
    /// <summary>Of a log, the characters of a line that are kept, and the bytes that are read at a time.</summary>
    private const int LongestLogLine = 4096, LogPiece = 16 * 1024;

    private readonly Kubernetes _client;
    private readonly Uri _base;

    private ClusterApi(Kubernetes client)
    {
        _client = client;
        _base = new Uri(client.BaseUri.AbsoluteUri.TrimEnd('/') + "/");
    }

    /// <param name="kubeconfig">Text of a kubeconfig; its current context is used.</param>
    public static ClusterApi Connect(string kubeconfig)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(kubeconfig));
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(stream);
        // A watch is one long response; every call here ends by its cancellation token instead.
        configuration.HttpClientTimeout = Timeout.InfiniteTimeSpan;
        return new ClusterApi(new Kubernetes(configuration));
    }

    /// <summary>Whole objects.</summary>
    public const string Json = "application/json";

    /// <summary>The response's JSON.</summary>
    /// <param name="path">Path below the server's address, with query, e.g. <c>api/v1/namespaces?limit=1</c>.</param>
    /// <exception cref="ClusterApiException">The server answered with an error.</exception>
    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        GetAsync(path, Json, cancellationToken);

    /// <inheritdoc cref="GetAsync(string, CancellationToken)"/>
    /// <param name="accept">What the answer may be, as in the header <c>Accept</c>.</param>
    public async Task<JsonElement> GetAsync(string path, string accept, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
                NewRequest(HttpMethod.Get, path),
                accept,
                HttpCompletionOption.ResponseContentRead,
                cancellationToken
            )
            .ConfigureAwait(false);
        return await ReadJsonAsync(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The object, or null when the server does not have it (or does not serve its kind).</summary>
    public async Task<JsonElement?> FindAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (ClusterApiException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Sends an object; the answer's JSON.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, string? json, string contentType, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, json, contentType, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
        return await ReadJsonAsync(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// A response as it is, whatever its status: what a service behind the API's proxy answered. Its body is read by
    /// the caller, who decides how much of it.
    /// </summary>
    public Task<HttpResponseMessage> GetRawAsync(string path, IEnumerable<KeyValuePair<string, string>> headers, CancellationToken cancellationToken)
    {
        var request = NewRequest(HttpMethod.Get, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>
    /// The lines of a streamed response, such as a watch's events, until the server ends it. Each is to be used before
    /// the next is asked for.
    /// </summary>
    public async IAsyncEnumerable<ReadOnlySequence<byte>> ReadLinesAsync(
        string path,
        string accept,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var response = await SendAsync(
                NewRequest(HttpMethod.Get, path), accept, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            .ConfigureAwait(false);
        var reader = PipeReader.Create(
            await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var left = result.Buffer;
            while (left.PositionOf((byte)'\n') is { } end)
            {
                if (left.Slice(0, end) is { IsEmpty: false } line) yield return line;
                left = left.Slice(left.GetPosition(1, end));
            }
            reader.AdvanceTo(left.Start, left.End);
            if (result.IsCompleted) break;
        }
    }

    /// <summary>
    /// A container's log, as many lines at a time as have come; ends when it does, and when nobody enumerates it. What
    /// is not asked for stays in the cluster.
    /// </summary>
    /// <exception cref="ClusterApiException">There is no such log; the message is the server's.</exception>
    public async IAsyncEnumerable<ImmutableArray<string>> ReadLogAsync(
        PodLogQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var response = await SendAsync(
                NewRequest(HttpMethod.Get, query.Path),
                "*/*",
                HttpCompletionOption.ResponseHeadersRead,
                cancellationToken
            )
            .ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var (text, buffer) = (new LogText(LongestLogLine), new byte[LogPiece]);
            while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
                if (text.Add(buffer.AsSpan(0, read)) is { IsEmpty: false } lines) yield return lines;
            if (text.End() is { IsEmpty: false } last) yield return last;
        }
    }

    /// <summary>Runs a command in a container to its end.</summary>
    /// <exception cref="IOException">It could not be run, or the connection was lost.</exception>
    public Task<ExecResult> ExecAsync(
        string @namespace,
        string pod,
        string container,
        IReadOnlyList<string> command,
        CancellationToken cancellationToken
    ) => PodExec.RunAsync(_client, @namespace, pod, container, command, cancellationToken);

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? json, string? contentType, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        var request = NewRequest(method, path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue(contentType ?? "application/json"));
        return await SendAsync(request, Json, completion, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        string accept,
        HttpCompletionOption completion,
        CancellationToken cancellationToken
    )
    {
        request.Headers.TryAddWithoutValidation("Accept", accept);
        var response = await SendAsync(request, completion, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) return response;
        using (response)
        {
            throw new ClusterApiException(response.StatusCode, Explain(await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)));
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        using (request)
        {
            if (_client.Credentials is { } credentials) await credentials.ProcessHttpRequestAsync(request, cancellationToken).ConfigureAwait(false);
            return await _client.HttpClient.SendAsync(request, completion, cancellationToken).ConfigureAwait(false);
        }
    }

    private HttpRequestMessage NewRequest(HttpMethod method, string path) => new(method, new Uri(_base, path))
    {
        // Many watches share one connection where the server speaks HTTP/2.
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
    };

    private static async Task<JsonElement> ReadJsonAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var document = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), default, cancellationToken).ConfigureAwait(false);
        return document.RootElement.Clone();
    }

    /// <summary>A Status object's message, or the text itself.</summary>
    private static string Explain(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Find("message").Text() ?? body;
        }
        catch (JsonException)
        {
            return body;
        }
    }
}
