using System.Globalization;
using System.Net;
using System.Text;
using System.Threading.Channels;
using Portal.Web.Deliveries;

namespace Portal.Web.Webhooks;

/// <summary>
/// What waits for one receiver. It gets one message after the other, each again with growing pauses until it is taken,
/// or given up after some hours; whoever hangs there keeps nobody else waiting.
/// </summary>
internal sealed class WebhookQueue(
    WebhookReceiver receiver,
    DeliveryClient deliveries,
    TimeProvider time,
    ILogger logger
)
{
    private const int Limit = 1000;

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
        foreach (var pause in (TimeSpan?[])[.. DeliveryPauses.All, null])
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
        var at = time.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, receiver.Url)
        {
            Content = new StringContent(sent.Body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("webhook-id", sent.Id);
        request.Headers.Add("webhook-timestamp", at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Sign(receiver.Secret, sent.Id, at, sent.Body));
        return (await deliveries.SendAsync(request, limit: 0, cancellationToken)).Status;
    }
}
