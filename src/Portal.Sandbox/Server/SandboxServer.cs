using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Streaming;

namespace Portal.Sandbox;

/// <summary>
/// Many simulated Kubernetes clusters behind one TLS listener on the loopback interface; each cluster is a path prefix
/// and has its own tokens. Thread-safe.
/// </summary>
public sealed class SandboxServer : IAsyncDisposable
{
    /// <summary>
    /// The header of an answer through the API server's proxy to pods and services that says how many milliseconds the
    /// request took by the cluster's own clock. Nothing in the cluster can set it.
    /// </summary>
    public const string RequestTimeHeader = "x-sandbox-request-time";

    private const string Prefix = "/clusters/";
    private static readonly TimeSpan s_hangUp = TimeSpan.FromSeconds(2);

    private static readonly Meter s_meter = new("Portal");
    private static readonly UpDownCounter<long> s_alive = s_meter.CreateUpDownCounter<long>(
        "portal.sandboxes",
        "{cluster}",
        "Simulated clusters that are alive."
    );

    private readonly ConcurrentDictionary<string, Lazy<SandboxCluster>> _clusters = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SandboxCluster> _byToken = new(StringComparer.Ordinal);
    private readonly SandboxOptions _options;
    private readonly Certificates _certificates;
    private readonly WebApplication _app;
    private readonly PodEdge _edge;
    private readonly AcceptedConnections _accepted = new();

    private SandboxServer(SandboxOptions options)
    {
        _options = options;
        ProcessorShares = new(options.Budgets.ProgramShare * Environment.ProcessorCount);
        _certificates = new Certificates(options.TimeProvider);
        _edge = new PodEdge();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBody.Limit + 1024;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, options.Port, Serve);
            kestrel.Listen(_accepted.EndPoint, Serve);
        });
        builder.Services.AddSingleton<IConnectionListenerFactory>(_accepted);
        _app = builder.Build();
        _accepted.Pool = _app.Services.GetRequiredService<IMemoryPoolFactory<byte>>().Create();
        _app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
        _app.Run(HandleAsync);
    }

    /// <summary>Serves a connection that was accepted elsewhere and is to reach this cluster only.</summary>
    internal void Accept(Socket socket, SandboxCluster cluster) => _accepted.Add(socket, cluster);

    private void Serve(ListenOptions listen)
    {
        // Upgrades (exec, port-forward) are HTTP/1.1; offering h2 would send clients the other way.
        listen.Protocols = HttpProtocols.Http1;
        listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = _certificates.Server });
    }

    /// <summary>Starts listening. The certificate authority is made at start and lives in memory only.</summary>
    /// <exception cref="IOException">The port is in use.</exception>
    public static async Task<SandboxServer> StartAsync(SandboxOptions options, CancellationToken cancellationToken)
    {
        var server = new SandboxServer(options);
        try
        {
            await server._edge.StartAsync(cancellationToken).ConfigureAwait(false);
            await server._app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        server.Address = new Uri(
            server
                ._app.Services.GetRequiredService<IServer>()
                .Features.Get<IServerAddressesFeature>()!
                .Addresses.First(a => a.StartsWith("https://127.", StringComparison.Ordinal))
        );
        return server;
    }

    /// <summary>Base address, e.g. <c>https://127.0.0.1:41233</c>.</summary>
    public Uri Address { get; private set; } = new("https://127.0.0.1");

    internal ProcessorShares ProcessorShares { get; }
    internal string AuthorityPem => _certificates.AuthorityPem;
    internal SandboxOptions Options => _options;
    internal PodEdge Edge => _edge;

    /// <summary>The cluster with this id, made when there is none (a few milliseconds).</summary>
    /// <param name="clusterId">Letters, digits and dashes.</param>
    /// <exception cref="ArgumentException">The id has other characters.</exception>
    public SandboxCluster GetOrCreate(string clusterId)
    {
        CheckId(clusterId);
        // Made once for each id, however many ask at a time: a second one would live on unseen, with its tokens and
        // timers.
        return _clusters
            .GetOrAdd(
                clusterId,
                static (id, server) => new Lazy<SandboxCluster>(() => Count(new SandboxCluster(server, id))),
                this
            )
            .Value;
    }

    /// <summary>A new cluster that begins in the state of a checkpoint, of whichever cluster; from then on they share nothing that changes.</summary>
    /// <exception cref="ArgumentException">The id has other characters than letters, digits and dashes, or is taken.</exception>
    public SandboxCluster Fork(SandboxCheckpoint checkpoint, string clusterId)
    {
        CheckId(clusterId);
        var cluster = new Lazy<SandboxCluster>(() => Count(new SandboxCluster(this, clusterId, checkpoint)));
        return _clusters.TryAdd(clusterId, cluster)
            ? cluster.Value
            : throw new ArgumentException($"There is a cluster \"{clusterId}\" already.", nameof(clusterId));
    }

    /// <summary>
    /// Puts a cluster that nobody uses into a file, readable by its owner only, and forgets it.
    /// </summary>
    /// <param name="always">Also when something goes on in it: that ends, and what its containers wrote to files is
    /// lost.</param>
    /// <returns>False when there is no such cluster, or it has to stay.</returns>
    public async Task<bool> TryHibernateAsync(string clusterId, string file, bool always)
    {
        if (Find(clusterId) is not { } cluster) return false;
        // Whoever used it last has only just hung up.
        await Task.WhenAll(cluster.Hibernation.WhenQuiet, cluster.Controllers.WhenIdle)
            .WaitAsync(s_hangUp, _options.TimeProvider)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!cluster.TrySave(file, always)) return false;
        await DeleteAsync(clusterId).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// The cluster that was put into a file, as it was: its objects with their ids, versions and ages. Its kubeconfig
    /// is a new one.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is no cluster's, or damaged.</exception>
    /// <exception cref="ArgumentException">There is a cluster of this id.</exception>
    public async Task<SandboxCluster> WakeAsync(string clusterId, string file, CancellationToken cancellationToken)
    {
        CheckId(clusterId);
        var (snapshot, logs, marks) = ClusterFile.Read(file, _options.TimeProvider.GetUtcNow());
        var woken = new Lazy<SandboxCluster>(() =>
            Count(new SandboxCluster(this, clusterId, new SandboxCheckpoint(snapshot), logs, marks))
        );
        if (!_clusters.TryAdd(clusterId, woken))
            throw new ArgumentException($"There is a cluster \"{clusterId}\" already.", nameof(clusterId));
        await woken
            .Value.Hibernation.WhenAwakeAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return woken.Value;
    }

    /// <summary>The ids of the clusters that are in memory.</summary>
    public IReadOnlyCollection<string> Ids => [.. _clusters.Keys];

    public SandboxCluster? Find(string clusterId) => _clusters.GetValueOrDefault(clusterId)?.Value;

    internal void Unregister(string token) => _byToken.TryRemove(token, out _);

    private static void CheckId(string clusterId)
    {
        if (clusterId.Length is 0 or > 100 || clusterId.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-')) throw new ArgumentException("A cluster id has letters, digits and dashes.", nameof(clusterId));
    }

    internal void Register(string token, SandboxCluster cluster) => _byToken[token] = cluster;

    /// <summary>Stops and forgets the cluster; its watches and streams end.</summary>
    public async Task DeleteAsync(string clusterId)
    {
        if (!_clusters.TryRemove(clusterId, out var made)) return;
        var cluster = made.Value;
        foreach (var (token, owner) in _byToken) if (owner == cluster) _byToken.TryRemove(token, out _);
        s_alive.Add(-1);
        await cluster.StopAsync().ConfigureAwait(false);
    }

    private static SandboxCluster Count(SandboxCluster cluster)
    {
        s_alive.Add(1);
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var id in _clusters.Keys) await DeleteAsync(id).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        await _edge.DisposeAsync().ConfigureAwait(false);
        _certificates.Dispose();
    }

    private static bool MayReach(HttpContext http, SandboxCluster cluster) =>
        http.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(AcceptedConnections.Cluster, out var only)
            is not true
        || only == cluster;

    private async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "/";
        var end = path.StartsWith(Prefix, StringComparison.Ordinal) ? path.IndexOf('/', Prefix.Length) : -1;
        var id = end < 0 ? path[Math.Min(Prefix.Length, path.Length)..] : path[Prefix.Length..end];
        var authorization = http.Request.Headers.Authorization.ToString();
        var token = authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization[7..].Trim() : "";
        if (end < 0 && !path.StartsWith(Prefix, StringComparison.Ordinal))
        {
            // "kubectl get --raw" leaves the prefix out: the token alone says which cluster is meant.
            if (
                _byToken.GetValueOrDefault(token) is { } byToken
                && MayReach(http, byToken)
                && byToken.UserOf(token) is { } caller
            )
                await byToken.HandleAsync(http, path, caller).ConfigureAwait(false);
            else
                await ResponseWriter
                    .WriteAsync(http, 401, ApiError.Unauthorized().ToStatus().ToUtf8())
                    .ConfigureAwait(false);
            return;
        }
        // A wrong cluster and a wrong token look the same: nobody learns which clusters exist.
        if (Find(id) is not { } cluster || !MayReach(http, cluster) || cluster.UserOf(token) is not { } user)
        {
            await ResponseWriter
                .WriteAsync(http, 401, ApiError.Unauthorized().ToStatus().ToUtf8())
                .ConfigureAwait(false);
            return;
        }
        await cluster.HandleAsync(http, end < 0 ? "/" : path[end..], user).ConfigureAwait(false);
    }
}
