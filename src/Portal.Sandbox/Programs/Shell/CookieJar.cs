using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>curl's file of cookies, in Netscape's format: one a line, seven fields.</summary>
internal static class CookieJar
{
    /// <summary>The request header for the cookies of a file; null without any.</summary>
    public static string? Header(ProgramSession session, string file)
    {
        var pairs = (session.Files.ReadText(session.Resolve(file)) ?? "").Split('\n').Select(l => l.Split('\t')).Where(f => f.Length >= 7).Select(f => $"{f[5]}={f[6].TrimEnd('\r')}").ToList();
        return pairs.Count == 0 ? null : string.Join("; ", pairs);
    }

    public static void Write(ProgramSession session, string file, string host, HttpHeaders headers)
    {
        var text = new StringBuilder("# Netscape HTTP Cookie File\n\n");
        foreach (var (name, value) in headers.Items)
        {
            if (!name.Equals("set-cookie", StringComparison.OrdinalIgnoreCase)) continue;
            var pair = value.Split(';')[0].Split('=', 2);
            var path = value.Split(';', StringSplitOptions.TrimEntries).FirstOrDefault(p => p.StartsWith("path=", StringComparison.OrdinalIgnoreCase))?[5..] ?? "/";
            text.Append((value.Contains("httponly", StringComparison.OrdinalIgnoreCase) ? "#HttpOnly_" : "") + $"{host}\tFALSE\t{path}\tFALSE\t0\t{pair[0]}\t{(pair.Length > 1 ? pair[1] : "")}\n");
        }
        if (file != "-") session.Files.Write(session.Resolve(file), Encoding.UTF8.GetBytes(text.ToString()));
    }
}
