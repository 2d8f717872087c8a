using System.Collections.Immutable;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;
using Portal.Content.Model;
using Portal.Labs.Editing;
using Portal.Labs.Traffic;

namespace Portal.Labs.Sessions;

/// <summary>Finds lesson sessions. Sessions belong to this singleton and outlive browser tabs; a circuit only attaches.</summary>
public interface ILessonSessions
{
    /// <summary>
    /// The session of this learner in this lesson, started when there is none; after the end of one that is just
    /// closing. The cluster and the shell start in the background and the session's snapshot tells how far they are.
    /// </summary>
    /// <exception cref="LessonNotFoundException">There is no such lesson, or it is not available.</exception>
    Task<ILessonSession> OpenAsync(LessonSessionKey key, CancellationToken cancellationToken);

    /// <summary>The session if it is running, else null.</summary>
    ILessonSession? Find(LessonSessionKey key);

    /// <summary>The running session whose workspace has this id, or null.</summary>
    ILessonSession? FindWorkspace(string workspaceId);

    /// <summary>How many sessions run something now.</summary>
    int Running { get; }

    /// <summary>How many sessions there are, by what they do.</summary>
    SessionCensus Count();

    /// <summary>The sessions that a learner has open, over all courses.</summary>
    IReadOnlyList<LessonSessionKey> OpenOf(string learnerId);

    /// <summary>From now on nothing new is run. Completes when everything that was accepted before has ended.</summary>
    Task DrainAsync(CancellationToken cancellationToken);

    /// <summary>Ends the session: stops its shell and gives up its lease. The cluster stays until it is deleted.</summary>
    Task CloseAsync(LessonSessionKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Ends the session, if there is one, and deletes the learner's cluster and workspace of this lesson. Progress
    /// stays.
    /// </summary>
    /// <exception cref="Clusters.ClusterUnavailableException">The cluster could not be deleted; its message and
    /// remedy are for the learner.</exception>
    Task DeleteAsync(LessonSessionKey key, CancellationToken cancellationToken);
}

/// <summary>How many sessions there are; nobody's in particular.</summary>
/// <param name="Open">Those that have a place, the ones that are just ending too.</param>
/// <param name="Watched">Of them, those that a page shows.</param>
/// <param name="Running">Of them, those that run something.</param>
/// <param name="WaitingRuns">Runs that wait for the one before.</param>
/// <param name="Hibernated">Those that nobody used for a while: they sleep on disk until their learner returns.</param>
public sealed record SessionCensus(int Open, int Watched, int Running, int WaitingRuns, int Hibernated = 0);

/// <summary>Names one learner's session in one lesson.</summary>
public sealed record LessonSessionKey(string LearnerId, string CourseId, string LessonId)
{
    internal Clusters.ClusterKey Cluster => new(LearnerId, CourseId, LessonId);

    /// <summary>A file's name, a different one for each key.</summary>
    internal string FileName =>
        string.Join('.', new[] { LearnerId, CourseId, LessonId }.Select(Clusters.ClusterNames.Safe));
}

public sealed class LessonNotFoundException(LessonSessionKey key)
    : Exception($"Lesson '{key.LessonId}' of course '{key.CourseId}' is not available.");

/// <summary>
/// One learner in one lesson: a workspace, a cluster lease, runs and check states. Every call may cross to another
/// process later, so nothing shared and mutable is handed out; all state is in <see cref="SessionSnapshot"/>.
/// Commands return when they are accepted; their effect shows in the snapshots.
/// </summary>
public interface ILessonSession
{
    LessonSessionKey Key { get; }
    Lesson Lesson { get; }
    SessionSnapshot Current { get; }

    /// <summary>The current snapshot, then the newest after each change (at most ten a second). Ends when cancelled or the session closes.</summary>
    IAsyncEnumerable<SessionSnapshot> WatchAsync(CancellationToken cancellationToken);

    /// <summary>Runs a block in the workspace's shell, after the runs that are already waiting.</summary>
    /// <param name="options">What to run when it is not the whole block as written.</param>
    /// <exception cref="RunRefusedException">The block is unknown, not runnable here, or the session is not ready.</exception>
    Task RunAsync(string blockId, RunOptions options, CancellationToken cancellationToken);

    /// <summary>Interrupts the running command (Ctrl-C, then harder) and drops the runs that wait.</summary>
    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>Attaches to a terminal of the workspace: what is on the screen first, then what follows.</summary>
    /// <param name="terminalId">Of one of <see cref="SessionSnapshot.Terminals"/>; null for the first terminal, on the
    /// shell in which blocks run.</param>
    /// <exception cref="RunRefusedException">It was closed, or the workspace is not ready.</exception>
    Task<ITerminalAttachment> AttachTerminalAsync(
        string? terminalId,
        int columns,
        int rows,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Opens one more terminal with a shell of its own, in the lesson's directory and with the variables that the first
    /// shell has exported. It is closed when its shell ends, and with the workspace.
    /// </summary>
    /// <returns>Its id; <see cref="SessionSnapshot.Terminals"/> shows it.</returns>
    /// <exception cref="RunRefusedException">There are as many as there may be, or the workspace is not
    /// ready.</exception>
    Task<string> OpenTerminalAsync(CancellationToken cancellationToken);

    /// <summary>Closes a terminal and ends what runs in it; without effect when it is closed.</summary>
    Task CloseTerminalAsync(string terminalId, CancellationToken cancellationToken);

    /// <summary>
    /// Shows that somebody has a page of the session open, until the result is disposed; a second page of theirs
    /// counts.
    /// </summary>
    Task<IAsyncDisposable> EnterAsync(SessionPerson person, CancellationToken cancellationToken);

    /// <summary>
    /// Attaches somebody else to a terminal of the workspace: to look on, and to type once the learner allows it, which
    /// is for all terminals. Disposing the guest's last attachment takes what was allowed back. Who may look on is for
    /// the caller to know.
    /// </summary>
    /// <inheritdoc cref="AttachTerminalAsync" path="/param[@name='terminalId']"/>
    /// <exception cref="RunRefusedException">It was closed, or the workspace is not ready.</exception>
    Task<ITerminalAttachment> AttachGuestAsync(
        string guestId,
        string? terminalId,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Asks the learner to let a guest type; <see cref="SessionSnapshot.Guests"/> shows it and the answer.
    /// </summary>
    /// <param name="guestId">The person's id, a slash, and the page's.</param>
    /// <param name="name">What the learner reads.</param>
    Task AskToTypeAsync(string guestId, string name, CancellationToken cancellationToken);

    /// <summary>The learner lets a guest type who has asked.</summary>
    Task AllowGuestAsync(string guestId, CancellationToken cancellationToken);

    /// <summary>Denies it, or takes it back; from the next key on.</summary>
    Task EndGuestAsync(string guestId, CancellationToken cancellationToken);

    /// <summary>Evaluates the checks of a section, or all checks when <paramref name="sectionId"/> is null.</summary>
    Task CheckAsync(string? sectionId, CancellationToken cancellationToken);

    /// <summary>Gives the learner's answer to an <c>answer</c> check and evaluates it.</summary>
    Task AnswerAsync(string checkId, string answer, CancellationToken cancellationToken);

    /// <summary>Records what the learner expects of a block that has not run; the first time counts.</summary>
    /// <exception cref="RunRefusedException">It is no choice of a prediction of this lesson.</exception>
    Task PredictAsync(string predictionId, string choice, CancellationToken cancellationToken);

    /// <summary>
    /// Names the workspace in host names of its ports: 20 letters and digits that say nothing of the learner.
    /// </summary>
    string WorkspaceId { get; }

    /// <summary>A connection to a port of the workspace, as a stream that the caller disposes.</summary>
    /// <exception cref="IOException">Nothing listens there, or the workspace is not there.</exception>
    Task<Stream> ConnectAsync(int port, CancellationToken cancellationToken);

    /// <summary>Stops a background job of the workspace.</summary>
    Task StopJobAsync(int jobNumber, CancellationToken cancellationToken);

    /// <summary>Returns the cluster to its first state and starts a fresh shell. Progress that was recorded stays recorded.</summary>
    Task ResetAsync(CancellationToken cancellationToken);

    /// <inheritdoc cref="ResetAsync(CancellationToken)"/>
    /// <param name="by">Who does it in the learner's place, and is named to the learner.</param>
    Task ResetAsync(string? by, CancellationToken cancellationToken);

    /// <summary>
    /// Puts the cluster back to where it was before the first run of a section; what runs is stopped, and a shell
    /// begins in the same directory with the same variables. Files and progress stay.
    /// </summary>
    /// <param name="by">Who does it in the learner's place, and is named to the learner; null for the learner.</param>
    /// <exception cref="RunRefusedException">It cannot go back there; the message says why.</exception>
    Task RewindAsync(string sectionId, string? by, CancellationToken cancellationToken);

    /// <summary>Has the session end at another time; what has ended already stays so.</summary>
    /// <param name="by">Who gave the time, and is named to the learner.</param>
    Task ExtendAsync(DateTimeOffset endsAt, string by, CancellationToken cancellationToken);

    /// <summary>The learner has seen what somebody else did.</summary>
    Task AcknowledgeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Sends requests through the mesh, from a pod or through the ingress gateway;
    /// <see cref="SessionSnapshot.Traffic"/> shows the answers as they come. What was sent before is forgotten.
    /// </summary>
    /// <exception cref="RunRefusedException">They cannot be sent, or others are being sent; the message says
    /// why.</exception>
    Task SendAsync(TrafficOrder order, CancellationToken cancellationToken);

    /// <summary>Sends no more of them. Completes when nothing is under way.</summary>
    Task StopSendingAsync(CancellationToken cancellationToken);

    /// <summary>What the cluster's Prometheus has seen in the last minute. Asks it anew each time.</summary>
    Task<MeshTraffic> ReadTrafficAsync(CancellationToken cancellationToken);

    /// <summary>How services do, by the cluster's Prometheus. Asks it anew each time.</summary>
    Task<ServiceNumbers> ReadServiceNumbersAsync(CancellationToken cancellationToken);

    /// <summary>Traces of the last hour, by the cluster's Jaeger. Asks it anew each time.</summary>
    /// <param name="service">As Jaeger names it; null for the one where requests come in.</param>
    Task<TraceList> ReadTracesAsync(string? service, CancellationToken cancellationToken);

    /// <summary>Why a request goes where it goes, by what is configured now; null without a cluster.</summary>
    RouteExplanation? ExplainRoute(RouteQuestion question);

    /// <summary>
    /// One object of the cluster: as it is, then the newest after each change of it and of what belongs to it. Goes on
    /// when it is gone; ends when cancelled, or with the cluster.
    /// </summary>
    IAsyncEnumerable<ObjectDetail> WatchObjectAsync(ClusterObjectKey key, CancellationToken cancellationToken);

    /// <summary>
    /// All of an object as YAML, with status and managed fields, of a Secret without values; null when it is gone.
    /// </summary>
    /// <exception cref="ClusterApiException">The cluster refused; the message is its own.</exception>
    Task<string?> ReadObjectYamlAsync(ClusterObjectKey key, CancellationToken cancellationToken);

    /// <summary>The manifests of the workspace: those that came with the lesson, and the learner's own.</summary>
    Task<WorkspaceFileList> ListFilesAsync(CancellationToken cancellationToken);

    /// <param name="path">See <see cref="ManifestPath"/>.</param>
    /// <exception cref="WorkspaceFileException">It cannot be had; the message says why.</exception>
    Task<string> ReadFileAsync(string path, CancellationToken cancellationToken);

    /// <summary>Writes a manifest with the rights of the learner's shell.</summary>
    /// <param name="before">What it held when it was opened; null for a new one.</param>
    /// <param name="force">Whatever it holds now.</param>
    /// <exception cref="WorkspaceFileChangedException">It holds something else meanwhile.</exception>
    /// <exception cref="WorkspaceFileException">It was not written; the message says why.</exception>
    Task WriteFileAsync(string path, string text, string? before, bool force, CancellationToken cancellationToken);

    /// <summary>
    /// Runs <c>kubectl apply</c> on a manifest of the workspace as it is there, after the runs that are already
    /// waiting; see <see cref="ManifestRun"/>.
    /// </summary>
    /// <param name="preview">Only tries what it would change.</param>
    /// <exception cref="RunRefusedException">It cannot be run now.</exception>
    Task ApplyFileAsync(string path, bool preview, CancellationToken cancellationToken);

    /// <summary>What can be written at a position of a manifest, by the cluster's own schemas.</summary>
    /// <param name="line">From 0.</param>
    /// <param name="column">From 0.</param>
    /// <exception cref="ClusterApiException">The cluster does not tell.</exception>
    Task<Suggestions> CompleteAsync(string text, int line, int column, CancellationToken cancellationToken);

    /// <summary>What the cluster says of the field at a position; null for nothing.</summary>
    /// <inheritdoc cref="CompleteAsync"/>
    Task<FieldExplanation?> ExplainAsync(string text, int line, int column, CancellationToken cancellationToken);

    /// <summary>What the cluster would not take of a manifest; nothing is changed.</summary>
    /// <exception cref="ClusterApiException">The cluster does not tell.</exception>
    Task<ImmutableArray<ManifestProblem>> CheckManifestAsync(string text, CancellationToken cancellationToken);

    /// <summary>The log of a pod's container, some lines at a time. Ends when cancelled, or with the log.</summary>
    /// <exception cref="ClusterApiException">There is no such log; the message is the cluster's.</exception>
    IAsyncEnumerable<ImmutableArray<string>> ReadLogAsync(PodLogQuery query, CancellationToken cancellationToken);
}

/// <param name="Command">Index of the only command to run, or null for all.</param>
/// <param name="Code">Text to run instead of the block's own (edit and run), or null.</param>
/// <param name="Series">Names runs that were asked for together: after one that did not succeed, those that follow are
/// not made. Null for a run by itself.</param>
/// <param name="Preview">Only tries what the block would change; see <see cref="SessionSnapshot.Previews"/>.</param>
public sealed record RunOptions(int? Command = null, string? Code = null, string? Series = null, bool Preview = false)
{
    public static RunOptions WholeBlock { get; } = new();
}

/// <summary>A run was not accepted; the message says why and what to try.</summary>
public sealed class RunRefusedException(string message) : Exception(message);

/// <summary>A browser terminal attached to the workspace's shell. Disposing detaches; the shell goes on.</summary>
public interface ITerminalAttachment : IAsyncDisposable
{
    /// <summary>What the terminal has now.</summary>
    TerminalSize Size { get; }

    /// <summary>
    /// Bytes for the terminal; the first item repaints the recent past, and one comes, empty if need be, when the size
    /// has changed. Ends when the shell ends.
    /// </summary>
    IAsyncEnumerable<ReadOnlyMemory<byte>> Output { get; }

    /// <summary>Types. Never waits for the program: a Ctrl-C gets through whatever is typed already.</summary>
    /// <returns>False when the program does not read and the terminal's input is full: nothing of it was
    /// taken.</returns>
    /// <exception cref="RunRefusedException">A guest types whom the learner does not let.</exception>
    ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken);
    ValueTask ResizeAsync(int columns, int rows, CancellationToken cancellationToken);
}

public readonly record struct TerminalSize(int Columns, int Rows);
