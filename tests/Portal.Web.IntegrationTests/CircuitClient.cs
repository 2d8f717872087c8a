using System.Buffers.Binary;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Portal.Testing;

namespace Portal.Web.IntegrationTests;

/// <summary>
/// A connection to the hub of circuits as a page opens it, by somebody who may send what no page sends. Knows of the
/// protocol (MessagePack, <c>blazorpack</c>) as much as calls with strings need.
/// </summary>
internal sealed partial class CircuitClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _limit = new(TestTimeouts.Default);
    private readonly byte[] _buffer = new byte[1024 * 1024];
    private int _calls;

    /// <summary>A connection token for this cookie.</summary>
    public static async Task<string> NegotiateAsync(HttpClient client)
    {
        using var response = await client.PostAsync("/_blazor/negotiate?negotiateVersion=1", null);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("connectionToken").GetString()!;
    }

    public async Task ConnectAsync(Uri portal, string cookie, string token)
    {
        _socket.Options.SetRequestHeader("Origin", portal.GetLeftPart(UriPartial.Authority));
        _socket.Options.SetRequestHeader("Cookie", cookie);
        await _socket.ConnectAsync(
            new Uri($"ws://{portal.Authority}/_blazor?id={Uri.EscapeDataString(token)}"),
            _limit.Token
        );
        await SendAsync("{\"protocol\":\"blazorpack\",\"version\":1}\u001e"u8.ToArray());
        await _socket.ReceiveAsync(_buffer, _limit.Token);
    }

    /// <summary>Starts a circuit without components and gives its id.</summary>
    public async Task<string> StartAsync(Uri portal, string path, string state = "") =>
        Text(await InvokeAsync("StartCircuit", $"{portal}", $"{portal}{path.TrimStart('/')}", "[]", state));

    /// <summary>Adds the components that a page has, by its markers.</summary>
    public Task AddComponentsAsync(string page) =>
        SendAsync(
            Call(
                null,
                "UpdateRootComponents",
                String(JsonSerializer.Serialize(
                    new
                    {
                        batchId = 1,
                        operations = Marker()
                            .Matches(page)
                            .Select((m, i) => new
                            {
                                type = "add",
                                ssrComponentId = i + 1,
                                marker = JsonSerializer.Deserialize<JsonElement>(m.Groups[1].Value),
                            }),
                    }
                )),
                String(State().Match(page).Groups[1].Value)
            )
        );

    /// <summary>Says that every batch is on the screen, as a page does, until something has happened.</summary>
    public async Task RenderUntilAsync(Func<bool> happened)
    {
        byte[] head = [.. String("JS.RenderBatch"), 0x92];
        while (!happened())
        {
            var message = await ReceiveAsync();
            for (int at = 0, next; (next = message.AsSpan(at).IndexOf(head)) >= 0; at += next + head.Length)
                await SendAsync(Call(null, "OnRenderCompleted", [message[at + next + head.Length]], [0xc0]));
        }
    }

    public async Task<bool> AttachAsync(string circuitId) => (await InvokeAsync("ConnectCircuit", circuitId)) is [0xc3];

    public async Task<string> ResumeAsync(string circuitId, Uri portal, string path) =>
        Text(await InvokeAsync("ResumeCircuit", circuitId, $"{portal}", $"{portal}{path.TrimStart('/')}", "[]", ""));

    /// <summary>Calls and gives the result as it came: the bytes after the answer's head.</summary>
    private async Task<byte[]> InvokeAsync(string target, params string[] arguments)
    {
        var id = $"call{++_calls}";
        await SendAsync(Call(id, target, [.. arguments.Select(String)]));
        // Answer: array of 5, 3 (completion), no headers, the id, 3 (a result), the result; or 2 (none).
        byte[] head = [0x03, 0x80, .. String(id)];
        while (true)
        {
            var message = await ReceiveAsync();
            if (message.AsSpan().IndexOf(head) is >= 0 and var at)
                return message[at + head.Length] == 3 ? message[(at + head.Length + 1)..] : [];
        }
    }

    private static byte[] Call(string? id, string target, params byte[][] arguments)
    {
        byte[] body =
        [
            0x96,
            0x01,
            0x80,
            .. id is null ? [0xc0] : String(id),
            .. String(target),
            (byte)(0x90 + arguments.Length),
            .. arguments.SelectMany(a => a),
            0x90,
        ];
        var length = new List<byte>();
        for (var left = body.Length; ; left >>= 7)
        {
            length.Add((byte)(left > 127 ? (left & 127) | 128 : left));
            if (left <= 127)
                return [.. length, .. body];
        }
    }

    private static byte[] String(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var head = new byte[5];
        head[0] = 0xdb;
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(1), bytes.Length);
        // The server writes short ones short, and is answered so.
        return bytes.Length < 32 ? [(byte)(0xa0 + bytes.Length), .. bytes] : [.. head, .. bytes];
    }

    /// <summary>A string result; empty when there is none.</summary>
    private static string Text(byte[] result) =>
        result switch
        {
            [0xd9, var length, ..] => Encoding.UTF8.GetString(result, 2, length),
            [0xda, var high, var low, ..] => Encoding.UTF8.GetString(result, 3, (high << 8) + low),
            _ => "",
        };

    private Task SendAsync(byte[] message) =>
        _socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, _limit.Token);

    private async Task<byte[]> ReceiveAsync()
    {
        var length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(_buffer.AsMemory(length), _limit.Token);
            if (part.MessageType == WebSocketMessageType.Close)
                throw new WebSocketException("The portal closed the connection.");
            length += part.Count;
        } while (!part.EndOfMessage);
        return _buffer[..length];
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _limit.Dispose();
        return ValueTask.CompletedTask;
    }

    [GeneratedRegex("<!--Blazor:(\\{\"type\":\"server\".*?\\})-->")]
    private static partial Regex Marker();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(.*?)-->")]
    private static partial Regex State();
}
