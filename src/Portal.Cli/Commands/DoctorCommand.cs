using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Portal.Clusters;
using Portal.Labs;
using Portal.Labs.Shell;
using Portal.Shared;

namespace Portal.Cli.Commands;

/// <summary><c>portal doctor</c>: what this machine has, and what to do about what it lacks.</summary>
internal static class DoctorCommand
{
    private static readonly (string Program, bool Needed, string Use)[] s_programs =
    [
        ("bash", true, "runs the lessons' commands; install the package bash"),
        ("kubectl", true, "every lesson uses it; https://kubernetes.io/docs/tasks/tools/"),
        ("curl", true, "lessons call services with it; install the package curl"),
        ("helm", false, "some lessons use it; https://helm.sh/docs/intro/install/"),
        ("kind", false, "real clusters on this machine; https://kind.sigs.k8s.io/"),
        ("docker", false, "kind needs it; https://docs.docker.com/engine/install/"),
        ("bwrap", false, "keeps learners' workspaces apart; install the package bubblewrap"),
        ("istioctl", false, "only for clusters of your own; the sandbox brings its own"),
    ];

    public static Command Create()
    {
        var command = new Command("doctor", "Say what is here, what is missing, and what to do.");
        command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var missing = 0;
        foreach (var (program, needed, use) in s_programs)
        {
            var path = ToolPaths.Find(program);
            if (path is null && needed) missing++;
            Console.WriteLine(path is not null ? $"✓ {program,-9} {path}" : $"{(needed ? "✗" : "·")} {program,-9} not found: {use}");
        }
        var services = new ServiceCollection();
        services.AddLogging();
        // As the portal reads it, which listens where ASPNETCORE_URLS says too.
        var configuration = new ConfigurationBuilder()
            .AddEnvironmentVariables("ASPNETCORE_")
            .AddEnvironmentVariables()
            .Build();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddSingleton(TimeProvider.System);
        services.AddPortalLabs();
        var provider = services.BuildServiceProvider();
        await using (provider.ConfigureAwait(false))
        {
            foreach (var cluster in provider.GetRequiredService<ClusterProviders>().All)
            {
                var availability = await cluster.GetAvailabilityAsync(cancellationToken).ConfigureAwait(false);
                Console.WriteLine(availability.IsAvailable ? $"✓ clusters of {cluster.Name}" : $"· clusters of {cluster.Name}: {availability.Reason} {availability.Remedy}");
            }
            var walls = provider.GetRequiredService<IWorkspaceWalls>();
            Console.WriteLine(
                walls.AreApart
                    ? $"✓ workspaces are kept apart ({walls.Name}), limited by {walls.Limits}"
                    : $"· workspaces are not kept apart: {walls.Problem ?? "Portal:Labs:Isolation says so."} A class cannot be let in; alone on your machine you need no walls."
            );
        }
        if (ListenAddresses.FindPlainText(configuration) is { } problem) Console.WriteLine($"· {problem}");
        return missing == 0 ? 0 : 1;
    }
}
