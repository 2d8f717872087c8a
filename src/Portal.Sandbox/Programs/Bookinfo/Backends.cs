using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs.Bookinfo;

/// <summary>Headers that Bookinfo's services hand on, so that traces hold together.</summary>
internal static class Forwarding
{
    private static readonly string[] s_trace = ["x-request-id", "x-ot-span-context", "x-datadog-trace-id", "x-datadog-parent-id", "x-datadog-sampling-priority", "traceparent", "tracestate", "x-cloud-trace-context", "grpc-trace-bin", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags", "sw8", "user-agent", "cookie", "authorization", "jwt"];

    public static HttpHeaders From(HttpCall call, params ReadOnlySpan<string> more)
    {
        var headers = new HttpHeaders();
        foreach (var name in s_trace) if (call.Headers[name] is { } value) headers.Add(name, value);
        foreach (var name in more) if (call.Headers[name] is { } value) headers.Add(name, value);
        return headers;
    }
}

/// <summary>details: one fixed book.</summary>
internal sealed class Details : IPodProgram
{
    public bool Listens(ContainerInstance container, int port) => port == 9080;

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        if (call.PathOnly == "/health") return ValueTask.FromResult(HttpReply.Json(200, new JsonObject { ["status"] = "Details is healthy" }));
        if (call.PathOnly.Split('/') is not ["", "details", var id] || !int.TryParse(id, out var number)) return ValueTask.FromResult(HttpReply.Json(400, new JsonObject { ["error"] = "please provide numeric product id" }));
        return ValueTask.FromResult(HttpReply.Json(200, new JsonObject
        {
            ["id"] = number, ["author"] = "William Shakespeare", ["year"] = 1595, ["type"] = "paperback", ["pages"] = 200, ["publisher"] = "PublisherA", ["language"] = "English",
            ["ISBN-10"] = "1234567890", ["ISBN-13"] = "123-1234567890",
        }));
    }
}

/// <summary>ratings: stars by reviewer, changed by POST.</summary>
internal sealed class Ratings : IPodProgram
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, JsonObject> _changed = [];

    public bool Listens(ContainerInstance container, int port) => port == 9080;

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        if (call.PathOnly == "/health") return ValueTask.FromResult(HttpReply.Json(200, new JsonObject { ["status"] = "Ratings is healthy" }));
        if (call.PathOnly.Split('/') is not ["", "ratings", var text] || !int.TryParse(text, out var id)) return ValueTask.FromResult(HttpReply.Json(400, new JsonObject { ["error"] = "please provide numeric product ID" }));
        lock (_gate)
        {
            if (call.Method == "POST")
            {
                try
                {
                    _changed[id] = JsonNode.Parse(call.Body.Span) as JsonObject ?? [];
                }
                catch (System.Text.Json.JsonException)
                {
                    return ValueTask.FromResult(HttpReply.Json(400, new JsonObject { ["error"] = "please provide valid ratings JSON" }));
                }
            }
            var ratings = _changed.GetValueOrDefault(id) ?? new JsonObject { ["Reviewer1"] = 5, ["Reviewer2"] = 4 };
            return ValueTask.FromResult(HttpReply.Json(200, new JsonObject { ["id"] = id, ["ratings"] = ratings.Copy() }));
        }
    }
}

/// <summary>reviews: v1 without stars, v2 with black ones, v3 with red ones; ratings are asked for with the version's own time limit.</summary>
internal sealed class Reviews(int version) : IPodProgram
{
    public bool Listens(ContainerInstance container, int port) => port == 9080;

    public async ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        if (call.PathOnly == "/health") return HttpReply.Json(200, new JsonObject { ["status"] = "Reviews is healthy" });
        if (call.PathOnly.Split('/') is not ["", "reviews", var id]) return HttpReply.Of(404, "");
        var first = new JsonObject { ["reviewer"] = "Reviewer1", ["text"] = "An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!" };
        var second = new JsonObject { ["reviewer"] = "Reviewer2", ["text"] = "Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays by Shakespeare." };
        if (version > 1)
        {
            var color = version == 2 ? "black" : "red";
            var limit = TimeSpan.FromSeconds(version == 2 ? 10 : 2.5);
            var ratings = await RatingsAsync(container, call, id, limit, cancellationToken).ConfigureAwait(false);
            first["rating"] = Rating(ratings, "Reviewer1", color);
            second["rating"] = Rating(ratings, "Reviewer2", color);
        }
        return HttpReply.Json(200, new JsonObject { ["id"] = id, ["podname"] = container.Pod.Name, ["clustername"] = "null", ["reviews"] = new JsonArray(first, second) });
    }

    private static JsonObject Rating(JsonNode? ratings, string reviewer, string color) => ratings.Num("ratings", reviewer) is { } stars
        ? new() { ["stars"] = stars, ["color"] = color }
        : new() { ["error"] = "Ratings service is currently unavailable" };

    private static async Task<JsonNode?> RatingsAsync(ContainerInstance container, HttpCall call, string id, TimeSpan limit, CancellationToken cancellationToken)
    {
        var request = new HttpCall("GET", "ratings:9080", "/ratings/" + id.ToString(CultureInfo.InvariantCulture), Forwarding.From(call, "end-user"), default);
        var reply = await container.SendAsync(request, limit, cancellationToken).ConfigureAwait(false);
        return reply.Status == 200 ? JsonNode.Parse(reply.Body.Span) : null;
    }
}
