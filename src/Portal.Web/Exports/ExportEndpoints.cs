using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Portal.Classroom.Exports;
using Portal.Web.Hosting;
using Portal.Web.Identity;

namespace Portal.Web.Exports;

/// <summary>What people take away as files: their own data, and the progress of their class.</summary>
internal static class ExportEndpoints
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void MapExports(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/account/export", ExportOwnAsync).RequireAuthorization(Policies.Learner);
        endpoints
            .MapGet("/people/{PersonId}/export", ExportPersonAsync)
            .RequireAuthorization(Policies.Administrator)
            .WithMetadata(new ClassModeAttribute());
        var ofClass = endpoints.MapGroup("/class/{ClassId}").RequireAuthorization(Policies.ClassInstructor);
        ofClass.MapGet("/export.csv", ExportCsvAsync);
        ofClass.MapGet("/export.json", ExportJsonAsync);
        ofClass.MapGet("/export.xapi.json", ExportXapiAsync);
    }

    private static Task<Results<FileContentHttpResult, NotFound>> ExportOwnAsync(
        ClaimsPrincipal user,
        IExports exports,
        CancellationToken cancellationToken
    ) => ExportPersonAsync(user.FindFirstValue(ClaimTypes.NameIdentifier)!, exports, cancellationToken);

    private static async Task<Results<FileContentHttpResult, NotFound>> ExportPersonAsync(
        string personId,
        IExports exports,
        CancellationToken cancellationToken
    ) =>
        await exports.FindPersonAsync(personId, cancellationToken) is { } person
            ? Json(person, "person.json")
            : TypedResults.NotFound();

    private static async Task<Results<FileContentHttpResult, NotFound>> ExportCsvAsync(
        string classId,
        IExports exports,
        CancellationToken cancellationToken
    ) =>
        await exports.FindClassAsync(classId, cancellationToken) is { } found
            ? TypedResults.File(ClassCsv.Write(found), "text/csv; charset=utf-8", "class.csv")
            : TypedResults.NotFound();

    private static async Task<Results<FileContentHttpResult, NotFound>> ExportJsonAsync(
        string classId,
        IExports exports,
        CancellationToken cancellationToken
    ) =>
        await exports.FindClassAsync(classId, cancellationToken) is { } found
            ? Json(found, "class.json")
            : TypedResults.NotFound();

    private static async Task<Results<FileContentHttpResult, NotFound>> ExportXapiAsync(
        string classId,
        IExports exports,
        PublicAddress address,
        CancellationToken cancellationToken
    ) =>
        await exports.FindClassAsync(classId, cancellationToken) is { } found
            ? Json(XapiStatements.Of(found, address.Of("/")), "class.xapi.json")
            : TypedResults.NotFound();

    private static FileContentHttpResult Json<T>(T value, string file) =>
        TypedResults.File(JsonSerializer.SerializeToUtf8Bytes(value, s_json), "application/json", file);
}
