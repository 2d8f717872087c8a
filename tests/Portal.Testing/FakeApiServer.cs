using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Portal.Testing;

/// <summary>Lists and watch streams that a test writes itself. What it does not know is 404, as for a kind that is not served.</summary>
public sealed class FakeApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeApiServer(WebApplication app) => _app = app;

    /// <summary>Path of a kind → JSON of its list; a path with a query answers to that query alone.</summary>
    public ConcurrentDictionary<string, string> Lists { get; } = new(StringComparer.Ordinal);

    /// <summary>Path of a kind → the watch that is open; completing the writer ends it.</summary>
    public ConcurrentDictionary<string, Channel<string>> Watches { get; } = new(StringComparer.Ordinal);

    /// <summary>Headers of every list.</summary>
    public ConcurrentDictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Paths of lists as they are asked for.</summary>
    public Channel<string> Listed { get; } = Channel.CreateUnbounded<string>();

    private int _watching;

    /// <summary>Watches that are open now.</summary>
    public int Watching => _watching;

    public string Kubeconfig => $"""
        apiVersion: v1
        kind: Config
        current-context: x
        clusters:
        - name: c
          cluster:
            server: {_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()}
        users:
        - name: u
          user:
            token: t
        contexts:
        - name: x
          context:
            cluster: c
            user: u
        """;

    public static async Task<FakeApiServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o => o.Listen(System.Net.IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new FakeApiServer(app);
        app.MapGet("/{**path}", server.HandleAsync);
        await app.StartAsync();
        foreach (var core in new[] { "namespaces", "pods", "services", "events" }) server.Lists["api/v1/" + core] = "{'metadata':{'resourceVersion':'1'},'items':[]}";
        server.Lists["apis/apiextensions.k8s.io/v1/customresourcedefinitions"] = "{'metadata':{'resourceVersion':'1'},'items':[]}";
        return server;
    }

    public void Send(string path, string type, string json) => Watches[path].Writer.TryWrite($"{{'type':'{type}','object':{json}}}");

    private async Task HandleAsync(HttpContext context, string path)
    {
        if (
            !Lists.TryGetValue(path + Uri.UnescapeDataString(context.Request.QueryString.Value ?? ""), out var list)
            && !Lists.TryGetValue(path, out list)
        )
        {
            context.Response.StatusCode = 404;
        }
        else if (context.Request.Query.ContainsKey("watch"))
        {
            var events = Channel.CreateUnbounded<string>();
            Watches[path] = events;
            await context.Response.Body.FlushAsync();
            Interlocked.Increment(ref _watching);
            try
            {
                await foreach (var item in events.Reader.ReadAllAsync(context.RequestAborted))
                {
                    await context.Response.WriteAsync(item.Replace('\'', '"') + "\n");
                    await context.Response.Body.FlushAsync();
                }
            }
            finally
            {
                Interlocked.Decrement(ref _watching);
            }
        }
        else
        {
            Listed.Writer.TryWrite(path);
            foreach (var (name, value) in Headers) context.Response.Headers[name] = value;
            await context.Response.WriteAsync(list.Replace('\'', '"'));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var watch in Watches.Values) watch.Writer.TryComplete();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
