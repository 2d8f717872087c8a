using System.Collections.Immutable;

namespace Portal.Labs.Sessions;

/// <summary>What a check was passed on, or what took that away again. Kept as JSON with the progress.</summary>
/// <param name="Where">The object and path, or the address, that was looked at.</param>
/// <param name="Holds">Whether it is of a pass; what was kept before passes could be lost is.</param>
/// <param name="Provider">Of the cluster that was looked at; null in what was kept before this was.</param>
/// <param name="Simulated">Whether that cluster was.</param>
/// <param name="AfterSection">The section of whose blocks one had run last, or null.</param>
public sealed record CheckFinding(
    DateTimeOffset At,
    string Probe,
    string Where,
    string Found,
    ImmutableArray<FoundObject> Objects,
    ImmutableArray<string> Log,
    bool Holds = true,
    string? Provider = null,
    bool Simulated = false,
    string? AfterSection = null
);

/// <summary>An object as it was.</summary>
/// <param name="Namespace">Empty for what is in none.</param>
/// <param name="Hash">SHA-256 of its JSON, in hexadecimal.</param>
public sealed record FoundObject(
    string ApiVersion,
    string Kind,
    string? Namespace,
    string Name,
    string ResourceVersion,
    string Hash
);
