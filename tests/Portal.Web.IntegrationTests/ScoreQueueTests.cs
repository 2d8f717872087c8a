using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;
using Portal.Classroom.Platforms;
using Portal.Classroom.Progress;
using Portal.Testing;
using Portal.Web.Deliveries;
using Portal.Web.Lti;
using Portal.Web.Lti.Scores;
using Portal.Web.Testing.Lti;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>Scores for a platform that is away, hangs, refuses or answers nonsense, on a clock of the test's.</summary>
public sealed class ScoreQueueTests(ClassFactory portal) : IClassFixture<ClassFactory>, IAsyncLifetime
{
    private readonly CancellationTokenSource _limit = new(TestTimeouts.Default);
    private readonly PassingTime _time = new();
    private readonly string _test = Guid.NewGuid().ToString("N");
    private SimulatedPlatform _platform = null!;
    private LtiPlatform _known = null!;
    private IPlatformScores _scores = null!;
    private ScoreQueue _queue = null!;
    private Task _sending = new TaskCompletionSource().Task;

    public async ValueTask InitializeAsync()
    {
        _platform = await SimulatedPlatform.StartAsync();
        _platform.ToolKeys = () => Task.FromResult(Key.PublicKeys());
        _known = new LtiPlatform
        {
            Name = "Test School",
            Issuer = _platform.Address,
            ClientId = SimulatedPlatform.ClientId,
            TokenEndpoint = _platform.Address + "/token",
        };
        _scores = portal.Services.GetRequiredService<IPlatformScores>();
        var deliveries = new DeliveryClient(new DeliveryClients(), _time);
        // Tokens are judged by the platform's own clock.
        var services = new ServiceClient(_known, Key, deliveries, TimeProvider.System);
        _queue = new ScoreQueue(_scores, services, _time, NullLogger.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _limit.CancelAsync();
        await _platform.DisposeAsync();
        _limit.Dispose();
    }

    private LtiKey Key => portal.Services.GetRequiredService<LtiKey>();

    public static TheoryData<string, string, int> Misbehaviours =>
        new()
        {
            { "token html", "Test School answers nonsense when the portal asks for leave", 5 },
            { "token no-token", "Test School answers nonsense when the portal asks for leave", 5 },
            { "token no-json", "Test School answers nonsense when the portal asks for leave", 5 },
            { "token array", "Test School answers nonsense when the portal asks for leave", 5 },
            { "token lines", "Test School answers nonsense when the portal asks for leave", 5 },
            { "token endless", "Test School answers nonsense when the portal asks for leave", 5 },
            { "token redirect", "Test School leads elsewhere when the portal asks for leave", 5 },
            { "token 400", "Test School gives the portal no leave to write scores (400)", 5 },
            { "token 500", "Test School gives the portal no leave to write scores (500)", 5 },
            { "token reset", "Test School does not answer when the portal asks for leave", 5 },
            { "score html", "Test School answers with a web page instead of taking the score", 5 },
            { "score redirect", "Test School leads elsewhere instead of taking the score (302)", 5 },
            { "score 403", "Test School does not let the portal write this score (403)", 5 },
            { "score 404", "Test School has no such column in its grade book (404)", 5 },
            { "score 422", "Test School does not take the score (422)", 5 },
            { "score 500", "Test School does not take the score (500)", 5 },
            { "score 429", "Test School is busy (429)", 120 },
            { "score 503", "Test School is busy (503)", 120 },
            { "score forever", "Test School is busy (503)", 86400 },
            { "score reset", "Test School does not answer", 5 },
        };

    [Theory]
    [MemberData(nameof(Misbehaviours))]
    public async Task Send_PlatformMisbehaves_SaysSoAndSendsAgain(string what, string problem, int seconds)
    {
        var (where, how) = (what.Split(' ')[0], what.Split(' ')[1]);
        (where == "token" ? _platform.Tokens : _platform.Scores).Enqueue(Misbehave(how));
        var classId = await RememberAsync("ada");
        var fetched = _platform.KeysFetched;

        _sending = _queue.SendAllAsync(_limit.Token);
        await _time.WaitedAsync(TimeSpan.FromSeconds(seconds), _limit.Token);
        var waiting = Assert.Single(await _scores.ListWaitingOfClassAsync(classId, _limit.Token));
        Assert.StartsWith(problem, waiting.Problem, StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal("ada 1/2 InProgress", (await ReceiveAsync()).Progress);
        Assert.Equal(fetched, _platform.KeysFetched); // nobody went where it led
    }

    [Fact]
    public async Task Send_PlatformHangs_IsGivenUpAndSentAgain()
    {
        _platform.Scores.Enqueue(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await RememberAsync("ada");

        _sending = _queue.SendAllAsync(_limit.Token);
        await AskedAsync("token", "score");
        _time.Advance(DeliveryClient.Patience);
        await _time.PassAsync(TimeSpan.FromSeconds(5), _limit.Token);

        Assert.Equal("ada 1/2 InProgress", (await ReceiveAsync()).Progress);
    }

    [Fact]
    public async Task Send_PlatformStaysAway_IsAskedMoreAndMoreSeldom()
    {
        _platform.Outage = Misbehave("503-now");
        await RememberAsync("ada");
        await RememberAsync("bea");

        _sending = _queue.SendAllAsync(_limit.Token);
        foreach (var pause in DeliveryPauses.All)
        {
            // One of the two asks; the platform is away for both.
            await AskedAsync("token");
            await _time.PassAsync(pause, _limit.Token);
        }
        await AskedAsync("token");
        await _time.WaitedAsync(DeliveryPauses.All[^1], _limit.Token);
        _platform.Outage = null;
        _time.Advance(DeliveryPauses.All[^1]);

        Assert.Equal(["ada", "bea"], new[] { await WhoAsync(), await WhoAsync() }.Order());
    }

    [Fact]
    public async Task Send_TokenThatEnded_AsksForAnother()
    {
        await RememberAsync("ada");
        _sending = _queue.SendAllAsync(_limit.Token);
        await ReceiveAsync();
        _platform.EndTokens();

        await SetAsync("ada", 2);

        Assert.Equal("ada 2/2 Completed", (await ReceiveAsync()).Progress);
        await AskedAsync("token", "score", "score", "token", "score");
    }

    [Fact]
    public async Task Send_OneIsRefused_OthersArrive()
    {
        _platform.Scores.Enqueue(Misbehave("404"));
        await RememberAsync("ada");
        await RememberAsync("bea", _time.GetUtcNow().AddTicks(1));
        _time.Advance(TimeSpan.FromTicks(1));

        _sending = _queue.SendAllAsync(_limit.Token);

        Assert.Equal("bea", await WhoAsync());
        await _time.PassAsync(TimeSpan.FromSeconds(5), _limit.Token);
        Assert.Equal("ada", await WhoAsync());
    }

    [Fact]
    public async Task Send_ProgressWhileItWaits_SendsTheLatestOnly()
    {
        _platform.Scores.Enqueue(Misbehave("500"));
        await RememberAsync("ada");
        _sending = _queue.SendAllAsync(_limit.Token);
        await _time.WaitedAsync(TimeSpan.FromSeconds(5), _limit.Token);

        await SetAsync("ada", 2);
        await _time.PassAsync(TimeSpan.FromSeconds(5), _limit.Token);

        Assert.Equal("ada 2/2 Completed", (await ReceiveAsync()).Progress);
    }

    [Fact]
    public async Task Send_ClockThatWasSetBack_SendsALaterTime()
    {
        var later = _time.GetUtcNow().AddHours(1);
        await RememberAsync("ada");
        await _scores.StampAsync(_test + "ada", later, _limit.Token);

        _sending = _queue.SendAllAsync(_limit.Token);

        Assert.Equal(later.AddMilliseconds(1), (await ReceiveAsync()).Timestamp);
    }

    /// <summary>The next score; or what ended the queue, which goes on for as long as it is not told to end.</summary>
    private async Task<PlatformScoreReceived> ReceiveAsync()
    {
        var received = _platform.Received.Reader.ReadAsync(_limit.Token).AsTask();
        if (await Task.WhenAny(received, _sending) == _sending) await _sending;
        return await received;
    }

    private async Task<string> WhoAsync() => (await ReceiveAsync()).Progress.Split(' ')[0];

    private async Task AskedAsync(params string[] what)
    {
        foreach (var expected in what)
            Assert.Equal(expected, await _platform.Asked.Reader.ReadAsync(_limit.Token));
    }

    /// <summary>Somebody who is half done.</summary>
    /// <returns>Their class.</returns>
    private async Task<string> RememberAsync(string person, DateTimeOffset? due = null)
    {
        var id = _test + person;
        await portal.Services.GetRequiredService<ILearners>().EnsureAsync(id, "Person " + person, _limit.Token);
        var entered = await portal
            .Services.GetRequiredService<IPlatformClasses>()
            .EnterAsync(new PlatformEntry(_test, "Course", "course", "lesson", "Lesson", id, "", false), _limit.Token);
        await _scores.RememberAsync(
            new PlatformScore
            {
                Id = id,
                PlatformKey = _known.Key,
                LearnerId = id,
                ClassId = entered.Id,
                CourseId = "course",
                LessonId = "lesson",
                UserId = person,
                LineItem = _platform.Address + "/lineitems/link-1?type=tool",
                NextAt = due ?? _time.GetUtcNow(),
            },
            _limit.Token
        );
        // Nobody wakes the queue, which looks when it begins: a second look would wait from then on, and a clock that
        // is put forward meanwhile leaves it waiting.
        await SetDoneAsync(person, 1);
        return entered.Id;
    }

    private async Task SetAsync(string person, int done)
    {
        await SetDoneAsync(person, done);
        _queue.Wake();
    }

    private Task SetDoneAsync(string person, int done) =>
        _scores.SetAsync(new ProgressKey(_test + person, "course", "lesson"), done, 2, _limit.Token);

    private static RequestDelegate Misbehave(string how) =>
        context =>
        {
            var response = context.Response;
            switch (how)
            {
                case "html":
                    response.ContentType = "text/html";
                    return response.WriteAsync("<html><h1>Sign in</h1></html>", context.RequestAborted);
                case "no-token":
                    return response.WriteAsync("""{"token_type":"Bearer"}""", context.RequestAborted);
                case "no-json":
                    return response.WriteAsync("access_token=1", context.RequestAborted);
                case "array":
                    return response.WriteAsync("""["access_token"]""", context.RequestAborted);
                case "lines":
                    return response.WriteAsync("""{"access_token":"a\r\nHost: b"}""", context.RequestAborted);
                case "endless":
                    return WriteWithoutEndAsync(context);
                case "redirect":
                    response.Redirect("/jwks");
                    return Task.CompletedTask;
                case "reset":
                    context.Abort();
                    return Task.CompletedTask;
                case "503-now":
                    response.StatusCode = 503;
                    return Task.CompletedTask;
                case "forever":
                    (response.StatusCode, response.Headers.RetryAfter) = (503, "999999999");
                    return Task.CompletedTask;
                default:
                    response.StatusCode = int.Parse(how, System.Globalization.CultureInfo.InvariantCulture);
                    if (response.StatusCode is 429 or 503)
                        response.Headers.RetryAfter = "120";
                    return Task.CompletedTask;
            }
        };

    private static async Task WriteWithoutEndAsync(HttpContext context)
    {
        var spaces = new byte[64 * 1024];
        Array.Fill(spaces, (byte)' ');
        while (!context.RequestAborted.IsCancellationRequested)
            await context.Response.Body.WriteAsync(spaces, context.RequestAborted);
    }
}
