using System.Security.Claims;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Caching.Memory;

namespace Portal.Web.Identity;

/// <summary>
/// A page's circuit is for who opened the page. Its id alone would let anybody attach who signs in and has got hold of
/// it, and show what it shows.
/// </summary>
internal sealed class CircuitOwner : IHubFilter, IDisposable
{
    // Longer than a circuit is kept without a connection, paused ones too.
    private static readonly TimeSpan s_kept = TimeSpan.FromHours(3);

    private readonly MemoryCache _owners = new(new MemoryCacheOptions());

    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext,
        Func<HubInvocationContext, ValueTask<object?>> next
    )
    {
        var person = invocationContext.Context.User?.FindFirstValue(ClaimTypes.NameIdentifier);
        var id = invocationContext.HubMethodArguments is [string first, ..] ? first : "";
        switch (invocationContext.HubMethodName)
        {
            case "StartCircuit":
                return Keep(invocationContext.Context, await next(invocationContext), person);
            case "ConnectCircuit":
                if (!IsOf(id, person))
                    return false;
                Keep(invocationContext.Context, id, person);
                return await next(invocationContext);
            case "ResumeCircuit":
                return IsOf(id, person)
                    ? Keep(invocationContext.Context, await next(invocationContext), person)
                    : null;
            default:
                return await next(invocationContext);
        }
    }

    public Task OnDisconnectedAsync(
        HubLifetimeContext context,
        Exception? exception,
        Func<HubLifetimeContext, Exception?, Task> next
    )
    {
        if (
            context.Context.Items.TryGetValue(typeof(CircuitOwner), out var id)
            && _owners.TryGetValue(id!, out var owner)
        )
            _owners.Set(id!, owner, s_kept);
        return next(context, exception);
    }

    public void Dispose() => _owners.Dispose();

    private bool IsOf(string id, string? person) =>
        person is not null && _owners.TryGetValue(id, out var owner) && person.Equals(owner);

    private object? Keep(HubCallerContext connection, object? id, string? person)
    {
        if (id is string { Length: > 0 })
        {
            connection.Items[typeof(CircuitOwner)] = id;
            _owners.Set(id, person);
        }
        return id;
    }
}
