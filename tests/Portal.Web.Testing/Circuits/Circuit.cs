using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Portal.Web.Testing.Circuits;

/// <summary>
/// A page of the portal without a browser: speaks the protocol of circuits, keeps the page that the batches describe,
/// and
/// raises its events. Scripts are not run; each call of one is answered with nothing.
/// </summary>
public sealed partial class Circuit : IAsyncDisposable
{
    private static readonly object s_theme = new { choice = "light", dark = false };

    private readonly HubConnection _hub;
    private readonly Uri _portal;
    private readonly Lock _gate = new();
    private readonly RenderTree _tree = new();
    private TaskCompletionSource _changed = NewSignal();
    private long _renderer;
    private int _references = 100;
    private string? _failure;

    private Circuit(Uri portal, string cookie)
    {
        _portal = portal;
        var builder = new HubConnectionBuilder().WithUrl(
            new Uri(portal, "/_blazor"),
            HttpTransportType.WebSockets,
            options =>
            {
                options.Headers["Cookie"] = cookie;
                options.Headers["Origin"] = portal.GetLeftPart(UriPartial.Authority);
            }
        );
        builder.Services.AddSingleton<IHubProtocol, BlazorPack>();
        _hub = builder.Build();
        _hub.ServerTimeout = TimeSpan.FromMinutes(2);
        _hub.On<int, string>("JS.AttachComponent", (id, _) => Change(() => _tree.Attach(id)));
        _hub.On<int, byte[]>("JS.RenderBatch", RenderAsync);
        _hub.On<long, string, string?, int, long, int>("JS.BeginInvokeJS", AnswerAsync);
        _hub.On<string, bool, string>("JS.EndInvokeDotNet", (_, fine, said) => { if (!fine) Fail(said); });
        _hub.On<string>("JS.Error", Fail);
        _hub.Closed += e =>
        {
            if (e is not null) Fail(e.Message);
            return Task.CompletedTask;
        };
    }

    /// <summary>Bytes of the page and of all batches so far.</summary>
    public long Received { get; private set; }
    public int Batches { get; private set; }

    /// <summary>Opens a page and its circuit, and returns when its components are added.</summary>
    public static async Task<Circuit> OpenAsync(HttpClient browser, Uri portal, string cookie, string path)
    {
        var html = await browser.GetStringAsync(new Uri(portal, path));
        var circuit = new Circuit(portal, cookie) { Received = html.Length };
        await circuit.StartAsync(html, path);
        return circuit;
    }

    /// <summary>Looks for something on the page as it is now.</summary>
    public T Look<T>(Func<IEnumerable<Node>, T> look)
    {
        lock (_gate) return look(_tree.All());
    }

    /// <summary>The first value that is found on the page, now or after a change.</summary>
    public async Task<T> UntilAsync<T>(Func<IEnumerable<Node>, T?> find, TimeSpan limit, string what)
        where T : class
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_failure is not null) throw new InvalidOperationException($"{what}: {_failure}");
                if (find(_tree.All()) is { } found) return found;
                changed = _changed.Task;
            }
            var left = limit - clock.Elapsed;
            if (left <= TimeSpan.Zero) throw new TimeoutException(what);
            await Task.WhenAny(changed, Task.Delay(left));
        }
    }

    public Task ClickAsync(Node node) =>
        _hub.SendAsync(
            "BeginInvokeDotNetFromJS",
            "1",
            null,
            "DispatchEventAsync",
            _renderer,
            JsonSerializer.Serialize<object[]>(
            [
                new { eventHandlerId = node.Handlers["onclick"], eventName = "click" },
                new { type = "click", detail = 1, button = 0 },
            ])
        );

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private async Task StartAsync(string html, string path)
    {
        await _hub.StartAsync();
        var state = State().Match(html).Groups[1].Value;
        var id = await _hub.InvokeAsync<string?>(
            "StartCircuit", $"{_portal}", $"{new Uri(_portal, path)}", "[]", state);
        if (string.IsNullOrEmpty(id)) throw new WebSocketException("The portal gave no circuit.");
        var markers = Marker().Matches(html).Select(m => JsonNode.Parse(m.Groups[1].Value)!);
        var operations = markers
            .Where(m => (string?)m["type"] == "server")
            .Select((m, i) => new { type = "add", ssrComponentId = i + 1, marker = m });
        await _hub.SendAsync(
            "UpdateRootComponents",
            JsonSerializer.Serialize(new { batchId = 1, operations }),
            state
        );
    }

    private async Task RenderAsync(int id, byte[] data)
    {
        string? problem = null;
        try
        {
            Change(() => _tree.Apply(data));
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or KeyNotFoundException)
        {
            problem = e.Message;
            Fail(e.ToString());
        }
        Received += data.Length;
        Batches++;
        await _hub.SendAsync("OnRenderCompleted", id, problem);
    }

    private async Task AnswerAsync(long call, string name, string? arguments, int kind, long target, int callKind)
    {
        if (name == "Blazor._internal.attachWebRendererInterop")
            _renderer = (long)JsonNode.Parse(arguments!)![1]!["__dotNetObject"]!;
        if (call == 0) return;
        object? result =
            kind == 1 ? new { __jsObjectId = Interlocked.Increment(ref _references) }
            : name is "watch" or "choose" ? s_theme
            : name is "offset" ? 0 // minutes to UTC
            : null;
        await _hub.SendAsync(
            "EndInvokeJSFromDotNet",
            call,
            true,
            JsonSerializer.Serialize(new[] { call, true, result })
        );
    }

    private void Fail(string said)
    {
        lock (_gate) _failure ??= said;
        Change(() => { });
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            change();
            (changed, _changed) = (_changed, NewSignal());
        }
        changed.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [GeneratedRegex(@"<!--Blazor:(\{.*?\})-->")]
    private static partial Regex Marker();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(.*?)-->", RegexOptions.Singleline)]
    private static partial Regex State();
}
