using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Portal.Sandbox.Api;
using Portal.Sandbox.Authorization;
using Portal.Sandbox.Istioctl.CommandLine;

namespace Portal.Sandbox.Istioctl;

/// <summary>
/// Where the istioctl launcher sends its arguments. The answer is lines: <c>1</c> before standard output, <c>2</c> before
/// standard error, <c>f</c> before a port to forward, and last <c>x</c> with the exit code; or <c>q</c> before a question, upon which
/// the launcher calls again with the answers so far.
/// </summary>
internal sealed class IstioctlEndpoint(SandboxCluster cluster)
{
    public const string Path = "/sandbox/istioctl";

    /// <summary>The caller has to answer first.</summary>
    private sealed class UnansweredException : Exception;

    public async Task HandleAsync(HttpContext http, UserInfo user)
    {
        try
        {
            using var pass = await cluster
                .Requests.EnterAsync(RequestGate.SeatsForBody(http.Request.ContentLength), http.RequestAborted)
                .ConfigureAwait(false);
            await AnswerAsync(http, user).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Code == StatusCodes.Status429TooManyRequests && !http.Response.HasStarted)
        {
            await http
                .Response.WriteAsync($"2Error: {e.Message}\nx1\n", Encoding.UTF8, http.RequestAborted)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The launcher went away.
        }
    }

    private async Task AnswerAsync(HttpContext http, UserInfo user)
    {
        if (http.Request.Method != "POST" || !http.Request.HasFormContentType)
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }
        var form = await http.Request.ReadFormAsync(http.RequestAborted).ConfigureAwait(false);
        string[] args = [.. form["arg"].OfType<string>()];
        var answers = new Queue<string>(form["answer"].OfType<string>());
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in form.Files)
        {
            using var reader = new StreamReader(file.OpenReadStream());
            files[file.FileName] = await reader.ReadToEndAsync(http.RequestAborted).ConfigureAwait(false);
        }
        http.Response.ContentType = "text/plain; charset=utf-8";
        async Task WriteAsync(char stream, string text)
        {
            // What stands before a question that has an answer was shown already.
            if (answers.Count > 0) return;
            foreach (var line in text.Split('\n')) await http.Response.WriteAsync($"{stream}{line}\n", Encoding.UTF8, http.RequestAborted).ConfigureAwait(false);
            await http.Response.Body.FlushAsync(http.RequestAborted).ConfigureAwait(false);
        }
        async Task<string?> AskAsync(string question)
        {
            if (answers.TryDequeue(out var answer)) return answer;
            var lines = question.Split('\n');
            if (lines.Length > 1) await WriteAsync('1', string.Join('\n', lines[..^1])).ConfigureAwait(false);
            await WriteAsync('q', lines[^1]).ConfigureAwait(false);
            throw new UnansweredException();
        }
        var output = new IstioctlOutput(t => WriteAsync('1', t), t => WriteAsync('2', t), t => WriteAsync('f', t)) { Ask = AskAsync };
        var context = new IstioctlContext(cluster, output, files) { User = user, DefaultNamespace = form["namespace"].FirstOrDefault() is { Length: > 0 } ns ? ns : "default" };
        try
        {
            var code = await new IstioctlCommand(context).RunAsync(args, http.RequestAborted).ConfigureAwait(false);
            await WriteAsync('x', code.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
        }
        catch (UnansweredException)
        {
            // The launcher comes back with the answer.
        }
    }
}
