using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Model;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>
/// Every endpoint, opened by everybody. An endpoint that is not in the table fails the test: say there who may open it.
/// 302 leads to the sign-in page, 400 was let through and misses a form's token.
/// </summary>
public sealed class AllEndpointsTests(PortalFactory local, ClassFactory school)
    : IClassFixture<PortalFactory>,
        IClassFixture<ClassFactory>
{
    /// <summary>
    /// Anonymous, learner, learner of another class, instructor, instructor of another class, administrator.
    /// </summary>
    private const string School = """
        GET /                                302 200 200 200 200 200
        GET /_blazor                         401 400 400 400 400 400
        GET /_blazor/disconnect/             401 405 405 405 405 405
        GET /_blazor/initializers/           401 200 200 200 200 200
        GET /_blazor/negotiate               401 405 405 405 405 405
        GET /_framework/opaque-redirect      302 400 400 400 400 400
        GET /account                         302 200 200 200 200 200
        GET /account/export                  302 200 200 200 200 200
        GET /board/{ClassId}                 302 403 403 200 403 403
        GET /class/{ClassId}                 302 403 403 200 403 403
        GET /class/{ClassId}/export.csv      302 403 403 200 403 403
        GET /class/{ClassId}/export.json     302 403 403 200 403 403
        GET /class/{ClassId}/export.xapi.json 302 403 403 200 403 403
        GET /class/{ClassId}/learner/{LearnerId}/{CourseId}/{LessonId} 302 403 403 200 403 403
        GET /class/{ClassId}/report          302 403 403 200 403 403
        GET /classes                         302 403 403 200 200 200
        GET /error                           200 200 200 200 200 200
        GET /healthz                         200 200 200 200 200 200
        GET /invitation                      200 200 200 200 200 200
        GET /join                            200 200 200 200 200 200
        GET /learn/{CourseId}/{LessonId}     302 200 200 200 200 200
        GET /lti/jwks                        200 200 200 200 200 200
        GET /lti/login                       400 400 400 400 400 400
        GET /not-found                       200 200 200 200 200 200
        GET /operations                      302 403 403 403 403 200
        GET /password                        200 200 200 200 200 200
        GET /people                          302 403 403 403 403 200
        GET /people/{PersonId}               302 403 403 403 403 200
        GET /people/{PersonId}/export        302 403 403 403 403 200
        GET /platforms                       302 403 403 403 403 200
        GET /ports/{WorkspaceId}/{Port:int}/learner 302 404 404 404 404 404
        GET /ports/{workspaceId}/{port:int:range(1,65535)} 302 404 404 404 404 404
        GET /readyz                          200 200 200 200 200 200
        GET /set-up                          200 200 200 200 200 200
        GET /sign-in                         200 200 200 200 200 200
        GET /sign-out                        302 200 200 200 200 200
        GET {**path:file}                    302 404 404 404 404 404
        POST /                               401 400 400 400 400 400
        POST /_blazor                        401 400 400 400 400 400
        POST /_blazor/disconnect/            401 400 400 400 400 400
        POST /_blazor/initializers/          401 200 200 200 200 200
        POST /_blazor/negotiate              401 200 200 200 200 200
        POST /account                        401 400 400 400 400 400
        POST /account/passkeys/creation-options 401 400 400 400 400 400
        POST /account/passkeys/request-options 400 400 400 400 400 400
        POST /account/sign-out               401 400 400 400 400 400
        POST /board/{ClassId}                401 403 403 400 403 403
        POST /class/{ClassId}                401 403 403 400 403 403
        POST /class/{ClassId}/learner/{LearnerId}/{CourseId}/{LessonId} 401 403 403 400 403 403
        POST /class/{ClassId}/report         401 403 403 400 403 403
        POST /classes                        401 403 403 400 400 400
        POST /error                          400 400 400 400 400 400
        POST /healthz                        200 200 200 200 200 200
        POST /invitation                     400 400 400 400 400 400
        POST /join                           400 400 400 400 400 400
        POST /learn/{CourseId}/{LessonId}    401 400 400 400 400 400
        POST /lti/choose                     400 400 400 400 400 400
        POST /lti/launch                     400 400 400 400 400 400
        POST /lti/login                      400 400 400 400 400 400
        POST /not-found                      400 400 400 400 400 400
        POST /operations                     401 403 403 403 403 400
        POST /password                       400 400 400 400 400 400
        POST /people                         401 403 403 403 403 400
        POST /people/{PersonId}              401 403 403 403 403 400
        POST /platforms                      401 403 403 403 403 400
        POST /ports/{WorkspaceId}/{Port:int}/learner 401 404 404 404 404 404
        POST /readyz                         200 200 200 200 200 200
        POST /set-up                         400 400 400 400 400 400
        POST /sign-in                        400 400 400 400 400 400
        POST /sign-out                       401 400 400 400 400 400
        """;

    /// <summary>Anonymous, learner, owner.</summary>
    private const string Local = """
        GET /                                302 200 200
        GET /_blazor                         401 400 400
        GET /_blazor/disconnect/             401 405 405
        GET /_blazor/initializers/           401 200 200
        GET /_blazor/negotiate               401 405 405
        GET /_framework/opaque-redirect      302 400 400
        GET /account                         404 404 404
        GET /account/export                  302 200 200
        GET /board/{ClassId}                 302 403 200
        GET /class/{ClassId}                 404 404 404
        GET /class/{ClassId}/export.csv      302 403 200
        GET /class/{ClassId}/export.json     302 403 200
        GET /class/{ClassId}/export.xapi.json 302 403 200
        GET /class/{ClassId}/learner/{LearnerId}/{CourseId}/{LessonId} 302 403 200
        GET /class/{ClassId}/report          302 403 200
        GET /classes                         302 403 200
        GET /error                           200 200 200
        GET /healthz                         200 200 200
        GET /invitation                      404 404 404
        GET /join                            302 403 200
        GET /learn/{CourseId}/{LessonId}     302 200 200
        GET /not-found                       200 200 200
        GET /operations                      302 403 200
        GET /password                        404 404 404
        GET /people                          404 404 404
        GET /people/{PersonId}               404 404 404
        GET /people/{PersonId}/export        404 404 404
        GET /platforms                       404 404 404
        GET /ports/{WorkspaceId}/{Port:int}/learner 302 404 404
        GET /ports/{workspaceId}/{port:int:range(1,65535)} 302 404 404
        GET /readyz                          200 200 200
        GET /set-up                          404 404 404
        GET /sign-in                         200 200 200
        GET /sign-out                        302 200 200
        GET /welcome                         302 302 302
        GET {**path:file}                    302 404 404
        POST /                               401 400 400
        POST /_blazor                        401 400 400
        POST /_blazor/disconnect/            401 400 400
        POST /_blazor/initializers/          401 200 200
        POST /_blazor/negotiate              401 200 200
        POST /account                        404 404 404
        POST /account/act-as                 401 403 400
        POST /account/join                   401 403 400
        POST /account/sign-out               401 400 400
        POST /board/{ClassId}                401 403 400
        POST /class/{ClassId}                404 404 404
        POST /class/{ClassId}/learner/{LearnerId}/{CourseId}/{LessonId} 401 403 400
        POST /class/{ClassId}/report         401 403 400
        POST /classes                        401 403 400
        POST /error                          400 400 400
        POST /healthz                        200 200 200
        POST /invitation                     404 404 404
        POST /join                           401 403 400
        POST /learn/{CourseId}/{LessonId}    401 400 400
        POST /not-found                      400 400 400
        POST /operations                     401 403 400
        POST /password                       404 404 404
        POST /people                         404 404 404
        POST /people/{PersonId}              404 404 404
        POST /platforms                      404 404 404
        POST /ports/{WorkspaceId}/{Port:int}/learner 401 404 404
        POST /readyz                         200 200 200
        POST /set-up                         404 404 404
        POST /sign-in                        400 400 400
        POST /sign-out                       401 400 400
        """;

    [Fact]
    public async Task Endpoints_WherePeopleSignIn_AnswerEachAsTheTableSays()
    {
        using var administrator = await school.SetUpAsync(followRedirects: false);
        using var instructor = await school.AddPersonAsync(
            "Grace",
            "grace",
            PortalRole.Instructor,
            followRedirects: false
        );
        using var other = await school.AddPersonAsync("Alan", "alan", PortalRole.Instructor, followRedirects: false);
        var (own, others) = (
            await school.MakeClassAsync("Monday", "grace"),
            await school.MakeClassAsync("Tuesday", "alan")
        );
        using var learner = await school.JoinAsync(own.JoinCode, "Ada", "ada", followRedirects: false);
        using var stranger = await school.JoinAsync(others.JoinCode, "Eve", "eve", followRedirects: false);
        using var anonymous = school.CreateClient(new() { AllowAutoRedirect = false });

        Assert.Equal(
            School,
            await WalkAsync(
                school.Services,
                own.Id,
                await school.IdOfAsync("ada"),
                anonymous,
                learner,
                stranger,
                instructor,
                other,
                administrator
            ),
            ignoreLineEndingDifferences: true
        );
    }

    [Fact]
    public async Task Endpoints_OnTheOwnersMachine_AnswerEachAsTheTableSays()
    {
        using var owner = await local.CreateOwnerAsync(followRedirects: false);
        using var learner = await local.CreateLearnerAsync("Mallory", followRedirects: false);
        using var anonymous = local.CreateClient(new() { AllowAutoRedirect = false });
        var monday = await local
            .Services.GetRequiredService<Portal.Classroom.Classes.IClasses>()
            .CreateAsync("Monday", "course", "lesson", "you", CancellationToken.None);

        Assert.Equal(
            Local,
            await WalkAsync(local.Services, monday.Id, "you", anonymous, learner, owner),
            ignoreLineEndingDifferences: true
        );
    }

    private static async Task<string> WalkAsync(
        IServiceProvider services,
        string classId,
        string personId,
        params HttpClient[] people
    )
    {
        var rows = new List<string>();
        foreach (
            var endpoint in services
                .GetRequiredService<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
                .Where(e => e.Metadata.GetMetadata<StaticAssetDescriptor>() is null)
        )
        {
            var path =
                "/"
                + endpoint
                    .RoutePattern.RawText!.TrimStart('/')
                    .Replace("{ClassId}", classId, StringComparison.Ordinal)
                    .Replace("{LearnerId}", personId, StringComparison.Ordinal)
                    .Replace("{PersonId}", personId, StringComparison.Ordinal)
                    .Replace("{CourseId}", "course", StringComparison.Ordinal)
                    .Replace("{LessonId}", "lesson", StringComparison.Ordinal)
                    .Replace("{workspaceId}/{port:int:range(1,65535)}", "nobodys1/8080", StringComparison.Ordinal);
            foreach (var method in Methods(endpoint))
            {
                var answers = new List<int>();
                foreach (var person in people)
                    answers.Add(
                        (int)(await person.SendAsync(new HttpRequestMessage(new HttpMethod(method), path))).StatusCode
                    );
                rows.Add($"{method + " " + endpoint.RoutePattern.RawText, -36} {string.Join(' ', answers)}");
            }
        }
        return string.Join('\n', rows.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Methods(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Where(m => m is not ("HEAD" or "OPTIONS"))
            is { } methods
        && methods.Any()
            ? methods
            : ["GET", "POST"];
}
