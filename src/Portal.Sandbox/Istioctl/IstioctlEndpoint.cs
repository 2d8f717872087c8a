using System.Text;
using Microsoft.AspNetCore.Http;

namespace Portal.Sandbox.Istioctl;

/// <summary>
/// Where the istioctl launcher sends its arguments. The answer is lines: <c>1</c> before standard output, <c>2</c> before
/// standard error, <c>f</c> before a port to forward, and last <c>x</c> with the exit code.
/// </summary>
internal sealed class IstioctlEndpoint(SandboxCluster cluster)
{
    public const string Path = "/sandbox/istioctl";

    public async Task HandleAsync(HttpContext http)
    {
        if (http.Request.Method != "POST" || !http.Request.HasFormContentType)
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }
        var form = await http.Request.ReadFormAsync(http.RequestAborted).ConfigureAwait(false);
        string[] args = [.. form["arg"].OfType<string>()];
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in form.Files)
        {
            using var reader = new StreamReader(file.OpenReadStream());
            files[file.FileName] = await reader.ReadToEndAsync(http.RequestAborted).ConfigureAwait(false);
        }
        http.Response.ContentType = "text/plain; charset=utf-8";
        async Task WriteAsync(char stream, string text)
        {
            foreach (var line in text.Split('\n')) await http.Response.WriteAsync($"{stream}{line}\n", Encoding.UTF8, http.RequestAborted).ConfigureAwait(false);
            await http.Response.Body.FlushAsync(http.RequestAborted).ConfigureAwait(false);
        }
        var output = new IstioctlOutput(t => WriteAsync('1', t), t => WriteAsync('2', t), t => WriteAsync('f', t));
        var code = await new IstioctlCommand(cluster, output, files).RunAsync(args, http.RequestAborted).ConfigureAwait(false);
        await WriteAsync('x', code.ToString(System.Globalization.CultureInfo.InvariantCulture)).ConfigureAwait(false);
    }
}

/// <param name="LineAsync">Writes lines to standard output (no trailing newline).</param>
/// <param name="ErrorAsync">Writes lines to standard error.</param>
/// <param name="ForwardAsync">Asks the caller to forward a port from now on: "namespace pod local:remote". Null where nobody could.</param>
internal sealed record IstioctlOutput(Func<string, Task> LineAsync, Func<string, Task> ErrorAsync, Func<string, Task>? ForwardAsync = null);
