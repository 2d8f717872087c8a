using System.Globalization;
using System.Net;
using System.Text;
using System.Threading.Channels;

namespace Portal.Web.Webhooks;

/// <summary>
/// What waits for one receiver. It gets one message after the other, each again with growing pauses until it is taken,
/// or given up after some hours; whoever hangs there keeps nobody else waiting.
/// </summary>
internal sealed class WebhookQueue(
    WebhookReceiver receiver,
    IHttpClientFactory clients,
    TimeProvider time,
    ILogger logger
)
{
    public const string Client = "webhooks";
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private const int Limit = 1000;

    private static readonly TimeSpan[] s_pauses =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(30),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
    ];

    private readonly Channel<WebhookEvent> _events = Channel.CreateBounded<WebhookEvent>(Limit);

    public void Add(WebhookEvent added)
    {
        if (receiver.Wants(added.Type) && !_events.Writer.TryWrite(added))
            Log.WebhookFull(logger, receiver.Url, Limit);
    }

    public async Task SendAllAsync(CancellationToken cancellationToken)
    {
        // Taken away when it is done with, so that a failure of ours loses nothing.
        while (await _events.Reader.WaitToReadAsync(cancellationToken))
        {
            if (!_events.Reader.TryPeek(out var next))
                continue;
            await SendAsync(next, cancellationToken);
            _events.Reader.TryRead(out _);
        }
    }

    private async Task SendAsync(WebhookEvent sent, CancellationToken cancellationToken)
    {
        foreach (var pause in (TimeSpan?[])[.. s_pauses, null])
        {
            var answer = await TryAsync(sent, cancellationToken);
            if (answer is >= 200 and < 300)
                return;
            if (pause is null || answer == (int)HttpStatusCode.Gone)
            {
                Log.WebhookGivenUp(logger, receiver.Url, sent.Id, answer);
                return;
            }
            await Task.Delay(pause.Value, time, cancellationToken);
        }
    }

    /// <returns>The status; 0 for no answer.</returns>
    private async Task<int> TryAsync(WebhookEvent sent, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var patience = new CancellationTokenSource(Patience, time);
        using var tie = patience.Token.Register(limit.Cancel);
        var at = time.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, receiver.Url)
        {
            Content = new StringContent(sent.Body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("webhook-id", sent.Id);
        request.Headers.Add("webhook-timestamp", at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Sign(receiver.Secret, sent.Id, at, sent.Body));
        try
        {
            using var client = clients.CreateClient(Client);
            // What it answers beside its status is of no interest, and may never end.
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return (int)response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return 0;
        }
    }
}
