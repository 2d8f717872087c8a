using Microsoft.EntityFrameworkCore;

namespace Portal.Classroom.Data;

internal static class Transactions
{
    /// <summary>
    /// Does all of the work or none of it. When the database was away for a moment the work begins anew, so it may run
    /// more than once: all that it needs to know it reads from its context.
    /// </summary>
    public static async Task<T> InTransactionAsync<T>(
        this IDbContextFactory<PortalDbContext> database,
        Func<PortalDbContext, Task<T>> work,
        CancellationToken cancellationToken
    )
    {
        await using var outer = await database.CreateDbContextAsync(cancellationToken);
        return await outer
            .Database.CreateExecutionStrategy()
            .ExecuteAsync(
                async () =>
                {
                    await using var db = await database.CreateDbContextAsync(cancellationToken);
                    await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                    var result = await work(db);
                    await transaction.CommitAsync(cancellationToken);
                    return result;
                }
            );
    }
}
