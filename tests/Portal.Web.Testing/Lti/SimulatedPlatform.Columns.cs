using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Portal.Web.Testing.Lti;

/// <summary>A column of the grade book; the maximum is what the tool asked for.</summary>
public sealed record PlatformColumn(string Label, string LinkId, string? Resource, double Maximum);

/// <summary>The columns of the platform's grade book, for a tool that makes its own.</summary>
public sealed partial class SimulatedPlatform
{
    public const string Scope = "https://purl.imsglobal.org/spec/lti-ags/scope/";

    /// <summary>By the last part of the address.</summary>
    public ConcurrentDictionary<string, PlatformColumn> Columns { get; } = new();

    /// <summary>What happens to the next requests for columns; null answers as usual.</summary>
    public ConcurrentQueue<RequestDelegate?> ColumnRequests { get; } = new();

    /// <summary>For what the tool gets tokens.</summary>
    public HashSet<string> Scopes { get; } = [Scope + "score", Scope + "lineitem"];

    /// <summary>Lists all columns, whichever were asked for, one a page.</summary>
    public bool ListsAll { get; set; }

    /// <summary>For <see cref="Alter"/>: launches name no column, only where columns are.</summary>
    public void NameNoColumn(Dictionary<string, object?> claims)
    {
        ArgumentNullException.ThrowIfNull(claims);
        claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"] = new
        {
            scope = new[] { Scope + "score", Scope + "lineitem" },
            lineitems = $"{Address}/columns?course=7",
        };
    }

    private void MapColumns()
    {
        _app.MapGet("/columns", ListColumnsAsync);
        _app.MapPost("/columns", MakeColumnAsync);
    }

    private async Task ListColumnsAsync(HttpContext context)
    {
        if (!await MayAsync(context, "list", context.Request.Headers.Accept, "lineitemcontainer"))
            return;
        var link = context.Request.Query["resource_link_id"].ToString();
        var all = Columns
            .OrderBy(c => c.Key, StringComparer.Ordinal)
            .Where(c => ListsAll || c.Value.LinkId == link)
            .Select(c => Written(c.Key, c.Value))
            .ToList();
        if (ListsAll)
        {
            var page = int.TryParse(context.Request.Query["page"], out var asked) ? asked : 0;
            if (page + 1 < all.Count)
                context.Response.Headers.Link = $"<{Address}/columns?course=7&page={page + 1}>; rel=\"next\"";
            all = [.. all.Skip(page).Take(1)];
        }
        await context.Response.WriteAsJsonAsync(all);
    }

    private async Task MakeColumnAsync(HttpContext context)
    {
        if (!await MayAsync(context, "make", context.Request.ContentType, "lineitem"))
            return;
        using var wanted = await JsonDocument.ParseAsync(context.Request.Body);
        var column = new PlatformColumn(
            wanted.RootElement.GetProperty("label").GetString()!,
            wanted.RootElement.GetProperty("resourceLinkId").GetString()!,
            wanted.RootElement.GetProperty("resourceId").GetString(),
            wanted.RootElement.GetProperty("scoreMaximum").GetDouble()
        );
        var id = $"column-{Guid.NewGuid():N}";
        Columns[id] = column;
        context.Response.StatusCode = 201;
        await context.Response.WriteAsJsonAsync(Written(id, column));
    }

    private async Task<bool> MayAsync(HttpContext context, string what, string? type, string expected)
    {
        await Asked.Writer.WriteAsync(what);
        if (Misbehaviour(ColumnRequests) is { } misbehave)
        {
            await misbehave(context);
            return false;
        }
        if (!Lets(context, "lineitem"))
            return false;
        if (type == $"application/vnd.ims.lis.v2.{expected}+json" && context.Request.Query["course"] == "7")
            return true;
        context.Response.StatusCode = 415;
        return false;
    }

    private object Written(string id, PlatformColumn column) =>
        new
        {
            id = $"{Address}/lineitems/{id}?type=tool",
            label = column.Label,
            resourceLinkId = column.LinkId,
            resourceId = column.Resource,
            scoreMaximum = column.Maximum,
        };
}
