using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portal.Sandbox.Admission;
using Portal.Sandbox.Api;
using Portal.Sandbox.Authorization;
using Portal.Sandbox.Controllers;
using Portal.Sandbox.Istioctl;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Injection;
using Portal.Sandbox.Mesh.Telemetry;
using Portal.Sandbox.Mesh.Validation;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;
using Portal.Sandbox.Streaming;
using Portal.Shared;

namespace Portal.Sandbox;

/// <summary>One simulated cluster. Thread-safe.</summary>
public sealed class SandboxCluster
{
    /// <summary>
    /// Work that comes sooner keeps a cluster that nobody uses in memory: a job that runs each minute.
    /// </summary>
    private static readonly TimeSpan s_soon = TimeSpan.FromMinutes(2);

    private readonly SandboxServer _server;
    private readonly AccessTokens _tokens;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ApiHandler _api;
    private readonly IstioctlEndpoint _istioctl;
    private readonly StoreSnapshot _initial;
    private readonly string _adminToken;

    /// <param name="state">What the cluster begins with; null for a new one.</param>
    /// <param name="logs">What its containers had written.</param>
    /// <param name="marks">Moments that it could go back to.</param>
    internal SandboxCluster(
        SandboxServer server,
        string id,
        SandboxCheckpoint? state = null,
        IEnumerable<SavedLog>? logs = null,
        IEnumerable<ClusterMark>? marks = null
    )
    {
        _server = server;
        Id = id;
        var entering = server.Options.Entering;
        Guarded = new Guarded(
            "cluster " + id,
            server.Options.LoggerFactory.CreateLogger("Portal.Sandbox.Cluster"),
            Time
        )
        {
            Entering = entering is null ? null : name => entering(id, name),
        };
        Marks = new ClusterMarks(Budgets.MarkBytes);
        if (marks is not null) Marks.Set(marks);
        Requests = new RequestGate(Budgets);
        WatchTurns = new WatchTurns(Budgets.WatchCores);
        Connections = new ConnectionCount(Budgets);
        Programs = new(Budgets, server.ProcessorShares);
        Catalog = new ResourceCatalog();
        var log = server.Options.LoggerFactory.CreateLogger<SandboxCluster>();
        Store = new ObjectStore(
            Time,
            Guarded,
            new StoreQuota(Budgets) { Spent = () => Log.BudgetSpent(log, id, nameof(SandboxBudgets.StoredBytes)) },
            BootstrapPolicy.Baseline(Now)
        );
        _tokens = new AccessTokens(Time);
        var webhooks = new IstiodWebhook.Cache();
        Operations = new ResourceOperations(Store, new AdmissionChain(
            [new LimitRangeAdmission(), new SidecarInjection(webhooks), new PodDefaultsAdmission(), new PriorityAdmission(), new ServiceAccountAdmission(), new ServiceConflicts(), new ServiceAddresses(Store),
                new DefaultStorageClassAdmission(), new TemplateGeneration(), new StorageProtectionAdmission(), new ValidatingWebhook(webhooks), new EscalationCheck(), new PodSecurityAdmission(), new WebhookAdmission(), new CertificateRequestAdmission(), new ResourceQuotaAdmission()]), Time);
        _adminToken = _tokens.Issue(UserInfo.Administrator);
        _server.Register(_adminToken, this);
        Bootstrap.Fill(Operations);
        _initial = Store.Snapshot;
        if (state is not null) Store.Restore(state.Snapshot);
        Mesh = new MeshControlPlane(this);
        Telemetry = new MeshTelemetry(this);
        External = new ExternalServices(this);
        Pods = new PodRuntime(this);
        if (logs is not null) Pods.RestoreLogs(logs);
        Controllers = new ControllerManager(this);
        Hibernation = new Hibernation(this);
        _api = new ApiHandler(this);
        _istioctl = new IstioctlEndpoint(this);
    }

    public string Id { get; }

    /// <summary>
    /// Takes over a connection that somebody accepted for clients that are to reach this cluster only.
    /// </summary>
    public void Accept(Socket socket) => _server.Accept(socket, this);

    /// <summary>A kubeconfig whose user is cluster-admin of this cluster and of no other.</summary>
    public string Kubeconfig => $$"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: sandbox
          cluster:
            server: {{new Uri(_server.Address, "/clusters/" + Id)}}
            certificate-authority-data: {{Convert.ToBase64String(Encoding.UTF8.GetBytes(_server.AuthorityPem))}}
        users:
        - name: kubernetes-admin
          user:
            token: {{_adminToken}}
        contexts:
        - name: sandbox
          context:
            cluster: sandbox
            user: kubernetes-admin
        current-context: sandbox

        """;

    /// <summary>Starts the cluster's timers, workers and callbacks: its failure domain.</summary>
    internal Guarded Guarded { get; }
    internal SandboxBudgets Budgets => _server.Options.Budgets;

    /// <summary>What the cluster's programs have taken of their budgets.</summary>
    internal Programs.Budgets.ProgramBudgets Programs { get; }
    internal ResourceCatalog Catalog { get; }
    internal ObjectStore Store { get; }
    internal ClusterMarks Marks { get; }
    internal ResourceOperations Operations { get; }
    internal ControllerManager Controllers { get; }
    internal PodRuntime Pods { get; }
    internal RequestGate Requests { get; }

    internal WatchTurns WatchTurns { get; }
    internal ConnectionCount Connections { get; }
    internal MeshControlPlane Mesh { get; }
    internal MeshTelemetry Telemetry { get; }
    internal ExternalServices External { get; }
    internal Hibernation Hibernation { get; }
    internal SandboxOptions Options => _server.Options;
    internal PodEdge Edge => _server.Edge;
    internal TimeProvider Time => _server.Options.TimeProvider;
    internal DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>Cancelled when the cluster is deleted.</summary>
    internal CancellationToken Stopping => _stopping.Token;

    /// <summary>Returns to the state of a new cluster. Kubeconfigs stay valid; watches are told to relist.</summary>
    public void Reset()
    {
        Marks.Set([]);
        Restore(new SandboxCheckpoint(_initial));
    }

    /// <summary>Installs Istio as <c>istioctl install</c> does, and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">The installation failed; the message is istioctl's.</exception>
    public async Task InstallIstioAsync(string profile, CancellationToken cancellationToken)
    {
        var errors = new List<string>();
        var output = new IstioctlOutput(_ => Task.CompletedTask, line =>
        {
            errors.Add(line);
            return Task.CompletedTask;
        });
        if (await new IstioctlCommand(this, output).RunAsync(["install", "--set", "profile=" + profile, "-y"], cancellationToken).ConfigureAwait(false) != 0)
            throw new InvalidOperationException(string.Join('\n', errors));
    }

    /// <summary>The cluster as it is now. Costs a pointer.</summary>
    public SandboxCheckpoint Checkpoint() => new(Store.Snapshot);

    /// <summary>
    /// Puts the cluster into the state of a checkpoint, of itself or of another cluster. Costs a pointer; pods are started again as
    /// the checkpoint says, without what was in their files and logs. Watches are told to relist.
    /// </summary>
    public void Restore(SandboxCheckpoint checkpoint)
    {
        Pods.Forget(_ => true);
        Telemetry.Clear();
        Store.Restore(checkpoint.Snapshot);
        Controllers.Resync();
    }

    /// <summary>Names of the moments that were kept, oldest first.</summary>
    public IEnumerable<string> Kept => Marks.All.Select(m => m.Name);

    /// <summary>
    /// Keeps the present moment under a name, also over a rest in a file; without effect when the name is taken. Costs
    /// a pointer, and what changes afterwards. The oldest are forgotten when they hold too much.
    /// </summary>
    public void Keep(string name) => Marks.Keep(name, Store.Snapshot);

    /// <summary>As <see cref="Restore"/>, to the moment of this name; those kept after it are forgotten.</summary>
    /// <returns>False when there is none of this name.</returns>
    public bool TryGoBack(string name)
    {
        if (Marks.GoBack(name) is not { } snapshot) return false;
        Restore(new SandboxCheckpoint(snapshot));
        return true;
    }

    /// <summary>Who a bearer token belongs to; null when it is wrong, over, or its service account is gone.</summary>
    internal UserInfo? UserOf(string token)
    {
        if (_tokens.Find(token) is not { } user) return null;
        return UserInfo.AsServiceAccount(user.Name) is { } account && Store.Snapshot.Find("serviceaccounts", account.Namespace, account.Name)?.Uid != user.Uid ? null : user;
    }

    /// <summary>A token for a service account.</summary>
    internal string IssueToken(UserInfo user, DateTimeOffset expires, IEnumerable<string> audiences)
    {
        var (token, forgotten) = _tokens.Issue(user, expires, audiences);
        foreach (var old in forgotten) _server.Unregister(old);
        _server.Register(token, this);
        return token;
    }

    internal async Task HandleAsync(HttpContext http, string path, UserInfo user)
    {
        var awake = Hibernation.EnterAsync();
        try
        {
            if (!awake.IsCompletedSuccessfully) await awake.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await (path.StartsWith(IstioctlEndpoint.Path, StringComparison.Ordinal) ? _istioctl.HandleAsync(http, user) : _api.HandleAsync(http, path, user)).ConfigureAwait(false);
        }
        finally
        {
            Hibernation.Leave();
        }
    }

    /// <summary>Writes the cluster to a file.</summary>
    /// <param name="always">Also when something goes on in it, or was written that the file does not hold.</param>
    /// <returns>False when it was not written.</returns>
    internal bool TrySave(string file, bool always)
    {
        if (!always && (Pods.HasFiles || !Hibernation.TrySleep(s_soon))) return false;
        ClusterFile.Write(file, Store.Snapshot, Pods.SaveLogs(), Marks.All);
        return true;
    }

    internal async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Controllers.StopAsync().ConfigureAwait(false);
        Hibernation.Stop();
        Store.Stop();
    }
}

/// <summary>A moment of a cluster that it can return to.</summary>
public sealed class SandboxCheckpoint
{
    internal SandboxCheckpoint(StoreSnapshot snapshot) => Snapshot = snapshot;

    internal StoreSnapshot Snapshot { get; }
}
