using System.Globalization;
using Microsoft.AspNetCore.Http;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Api;

/// <summary>The query of a LIST or WATCH, checked as k8s.io/apimachinery/pkg/apis/meta/internalversion/validation does.</summary>
internal sealed record ListOptions
{
    /// <summary>Null means the most recent state; 0 means any.</summary>
    public long? ResourceVersion { get; private init; }

    /// <summary>Exact, NotOlderThan, or empty.</summary>
    public string Match { get; private init; } = "";

    public int Limit { get; private init; } = int.MaxValue;
    public string? Continue { get; private init; }
    public bool SendInitialEvents { get; private init; }
    public bool AllowBookmarks { get; private init; }

    /// <summary>Zero means no limit.</summary>
    public TimeSpan Timeout { get; private init; }

    public static ListOptions From(HttpRequest request, bool watch)
    {
        var options = new ListOptions
        {
            ResourceVersion = Version(request.Get("resourceVersion")),
            Match = request.Get("resourceVersionMatch") ?? "",
            Limit = Number(request.Get("limit")) is > 0 and var limit ? (int)Math.Min(limit, int.MaxValue) : int.MaxValue,
            Continue = request.Get("continue"),
            SendInitialEvents = request.IsTrue("sendInitialEvents"),
            AllowBookmarks = request.IsTrue("allowWatchBookmarks"),
            Timeout = TimeSpan.FromSeconds(Math.Clamp(Number(request.Get("timeoutSeconds")) ?? 0, 0, 24 * 3600)),
        };
        options.Check(watch, request.Get("sendInitialEvents") is not null);
        return options;
    }

    /// <summary>Fails when the client has seen a later state than the cluster has: its watch belongs to another cluster, or to a checkpoint that was left.</summary>
    public void CheckNotTooNew(StoreSnapshot snapshot)
    {
        if (ResourceVersion is { } wanted && wanted > snapshot.Revision && Match != "Exact") throw ApiError.TooLargeResourceVersion(wanted, snapshot.Revision);
    }

    private void Check(bool watch, bool initialEventsGiven)
    {
        const string Field = "resourceVersionMatch";
        if (initialEventsGiven)
        {
            if (!watch) throw Invalid(FieldError.Forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
            if (Match != "NotOlderThan") throw Invalid(FieldError.Forbidden(Field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
            return;
        }
        if (Match.Length == 0) return;
        if (watch) throw Invalid(FieldError.Forbidden(Field, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
        if (ResourceVersion is null) throw Invalid(FieldError.Forbidden(Field, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
        if (Continue is not null) throw Invalid(FieldError.Forbidden(Field, "resourceVersionMatch is forbidden when continue is provided"));
        if (Match is not ("Exact" or "NotOlderThan")) throw Invalid(FieldError.NotSupported(Field, Match, ["Exact", "NotOlderThan", ""]));
        if (Match == "Exact" && ResourceVersion == 0) throw Invalid(FieldError.Forbidden(Field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
    }

    private static ApiException Invalid(FieldError error) => ApiError.InvalidOptions("ListOptions", error);

    private static long? Version(string? text)
    {
        if (text is null) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw ApiError.BadRequest($"resourceVersion: Invalid value: {((System.Text.Json.Nodes.JsonNode)text).ToText()}: strconv.ParseUint: parsing {((System.Text.Json.Nodes.JsonNode)text).ToText()}: invalid syntax");
    }

    private static long? Number(string? text)
    {
        if (text is null) return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n)
            ? n
            : throw ApiError.BadRequest($"strconv.ParseInt: parsing {((System.Text.Json.Nodes.JsonNode)text).ToText()}: invalid syntax");
    }
}
