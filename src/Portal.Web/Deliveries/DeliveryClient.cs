using System.Text;
using System.Text.RegularExpressions;

namespace Portal.Web.Deliveries;

/// <summary>
/// Asks the servers of others, who may be away, hang, lead elsewhere or never end. What they do is an answer like any
/// other and nothing is thrown; nothing is followed, kept or unpacked. Thread-safe.
/// </summary>
internal sealed partial class DeliveryClient(IHttpClientFactory clients, TimeProvider time)
{
    public const string Name = "deliveries";
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="limit">The longest body that is read, in bytes; 0 when only the status is of interest.</param>
    public async Task<DeliveryAnswer> SendAsync(
        HttpRequestMessage request,
        int limit,
        CancellationToken cancellationToken
    )
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var patience = new CancellationTokenSource(Patience, time);
        using var tie = patience.Token.Register(end.Cancel);
        try
        {
            using var client = clients.CreateClient(Name);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, end.Token);
            return new DeliveryAnswer(
                (int)response.StatusCode,
                response.Content.Headers.ContentType?.MediaType ?? "",
                limit == 0 ? "" : await ReadAsync(response.Content, limit, end.Token),
                RetryAfter(response)
            )
            {
                Next = Next(response),
            };
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return DeliveryAnswer.None;
        }
    }

    public static HttpMessageHandler CreateHandler() =>
        new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };

    private static async Task<string?> ReadAsync(HttpContent content, int limit, CancellationToken cancellationToken)
    {
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[limit + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, false, cancellationToken);
        return length > limit ? null : Encoding.UTF8.GetString(buffer, 0, length);
    }

    /// <summary>A header that is written as everybody writes it; of any other there is no next page.</summary>
    private static Uri? Next(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Link", out var links)
        && NextLink().Match(string.Join(',', links)) is { Success: true } found
        && Uri.TryCreate(found.Groups[1].Value, UriKind.RelativeOrAbsolute, out var next)
            ? next
            : null;

    [GeneratedRegex("""<([^>]*)>\s*;\s*rel="?next"?""", RegexOptions.IgnoreCase)]
    private static partial Regex NextLink();

    private TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => null,
        };
}

/// <param name="Status">0 for no answer.</param>
/// <param name="Body">Null when it was too long.</param>
/// <param name="RetryAfter">When the server wants to be asked again; may be in the past.</param>
internal sealed record DeliveryAnswer(int Status, string MediaType, string? Body, TimeSpan? RetryAfter)
{
    /// <summary>Where what was asked for goes on (Link header); null at its end.</summary>
    public Uri? Next { get; init; }

    public static DeliveryAnswer None { get; } = new(0, "", "", null);

    public bool IsTaken => Status is >= 200 and < 300;
}
