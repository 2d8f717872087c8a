using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class UptimeCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["uptime"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var now = context.Time.GetUtcNow();
        var up = now - context.Container.StartedAt;
        var time = now.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var since = up.TotalMinutes < 60 ? $"{(int)up.TotalMinutes} min" : $"{(int)up.TotalHours}:{up.Minutes:00}";
        await context
            .OutAsync($" {time} up {since},  0 users,  load average: 0.00, 0.00, 0.00\n")
            .ConfigureAwait(false);
        return 0;
    }
}
