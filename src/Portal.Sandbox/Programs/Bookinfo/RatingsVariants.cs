using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs.Bookinfo;

/// <summary>ratings as something goes wrong with it: faulty and delayed half of the time, unavailable every other minute, unhealthy every other quarter of an hour.</summary>
internal sealed class TroubledRatings(string trouble) : IPodProgram
{
    private static readonly TimeSpan s_delay = TimeSpan.FromSeconds(7);
    private readonly Ratings _sound = new();

    public bool Listens(ContainerInstance container, int port) => port == 9080;

    public async ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        var age = container.Pod.Cluster.Now - container.StartedAt;
        var down = trouble switch { "unavailable" => (long)age.TotalMinutes % 2 == 1, "unhealthy" => (long)(age.TotalMinutes / 15) % 2 == 1, _ => false };
        if (call.PathOnly == "/health") return down && trouble == "unhealthy" ? HttpReply.Json(500, new JsonObject { ["status"] = "Ratings is not healthy" }) : await _sound.HandleAsync(container, port, call, cancellationToken).ConfigureAwait(false);
        if (call.Method == "GET")
        {
            if (down || (trouble == "faulty" && Random.Shared.Next(2) == 0))
                return HttpReply.Json(503, new JsonObject { ["error"] = "Service unavailable" });
            if (trouble == "delayed" && Random.Shared.Next(2) == 0)
                await RequestClock
                    .WaitAsync(s_delay, container.Pod.Cluster.Time, cancellationToken)
                    .ConfigureAwait(false);
        }
        return await _sound.HandleAsync(container, port, call, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>ratings v2: asks a MongoDB or MySQL for its two ratings, over TCP.</summary>
internal sealed class DatabaseRatings : IPodProgram
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    public bool Listens(ContainerInstance container, int port) => port == 9080;

    public async ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        if (call.PathOnly == "/health") return HttpReply.Json(200, new JsonObject { ["status"] = "Ratings is healthy" });
        if (call.PathOnly.Split('/') is not ["", "ratings", var text] || !int.TryParse(text, out var id)) return HttpReply.Json(400, new JsonObject { ["error"] = "please provide numeric product ID" });
        if (call.Method == "POST") return HttpReply.Json(501, new JsonObject { ["error"] = "Post not implemented for database backed ratings" });
        var query = new HttpCall("", Database(container), "", new HttpHeaders(), "ratings"u8.ToArray()) { Raw = true };
        var reply = await container.SendAsync(query, s_limit, cancellationToken).ConfigureAwait(false);
        var ratings = reply.Failed ? [] : reply.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(r => int.TryParse(r, out var stars) ? stars : -1).ToList();
        if (ratings is not [>= 0 and var first, >= 0 and var second]) return HttpReply.Json(500, new JsonObject { ["error"] = "could not connect to ratings database" });
        return HttpReply.Json(200, new JsonObject { ["id"] = id, ["ratings"] = new JsonObject { ["Reviewer1"] = first, ["Reviewer2"] = second } });
    }

    private static string Database(ContainerInstance container)
    {
        var env = container.Environment;
        if (env.GetValueOrDefault("DB_TYPE") == "mysql") return $"{env.GetValueOrDefault("MYSQL_DB_HOST")}:{env.GetValueOrDefault("MYSQL_DB_PORT") ?? "3306"}";
        return Uri.TryCreate(env.GetValueOrDefault("MONGO_DB_URL"), UriKind.Absolute, out var url) ? $"{url.Host}:{(url.Port > 0 ? url.Port : 27017)}" : "localhost:27017";
    }
}

/// <summary>Bookinfo's MongoDB or MySQL: it holds two ratings. Of the real protocols there is only that they are no HTTP.</summary>
internal sealed class RatingsDatabase(int ownPort) : IPodProgram
{
    public bool Listens(ContainerInstance container, int port) => port == ownPort;

    public bool IsRaw(ContainerInstance container, int port) => true;

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken) =>
        new(call.Raw && call.Body.Span.SequenceEqual("ratings"u8) ? HttpReply.Bytes(Encoding.UTF8.GetBytes("5 4")) : HttpReply.Fail(ConnectionFailure.Reset));
}
