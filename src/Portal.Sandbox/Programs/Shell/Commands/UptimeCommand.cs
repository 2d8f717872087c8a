using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class UptimeCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["uptime"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var now = context.Time.GetUtcNow();
        var up = now - context.Container.StartedAt;
        await context
            .OutAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $" {now:HH:mm:ss} up {(up.TotalMinutes < 60 ? $"{(int)up.TotalMinutes} min" : $"{(int)up.TotalHours}:{up.Minutes:00}")},  0 users,  load average: 0.00, 0.00, 0.00\n"
                )
            )
            .ConfigureAwait(false);
        return 0;
    }
}
