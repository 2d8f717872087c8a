using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Classroom.Learners;
using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Portal.Content;
using Portal.Content.Model;
using Portal.Testing;
using Portal.Web.Deliveries;
using Portal.Web.Hosting;
using Portal.Web.Webhooks;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>Messages to a server that takes them, fails, or hangs.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private readonly Channel<(string Id, string Timestamp, string Signature, string Body)> _received =
        Channel.CreateUnbounded<(string, string, string, string)>();
    private readonly CancellationTokenSource _limit = new(TestTimeouts.Default);
    private readonly PassingTime _time = new();
    private readonly WebApplication _receiver = CreateReceiver();

    /// <summary>What the receiver answers, one after the other; then 204. Null hangs.</summary>
    private readonly Queue<int?> _answers = new();

    public async ValueTask InitializeAsync()
    {
        _receiver.MapPost("/", TakeAsync);
        await _receiver.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _limit.CancelAsync();
        await _receiver.StopAsync(new CancellationToken(canceled: true));
        await _receiver.DisposeAsync();
        _limit.Dispose();
    }

    [Fact]
    public async Task Portal_LearnerCompletesALesson_TellsEachStepOnceAndSigned()
    {
        await using var portal = new TellingPortal(_receiver.Urls.Single());
        var learners = portal.Services.GetRequiredService<ILearners>();
        var ada = await learners.EnsureAsync("ada", "Ada", _limit.Token);
        var progress = portal.Services.GetRequiredService<IProgressService>();
        var key = new ProgressKey(ada.Id, "course", "lesson");
        var sections = portal
            .Services.GetRequiredService<ICourseCatalog>()
            .FindLesson("course", "lesson")!
            .Sections.Where(s => s.Kind is SectionKind.Step or SectionKind.Exercise)
            .ToList();

        var at = DateTimeOffset.UnixEpoch;
        foreach (var section in sections)
        {
            var kind = section.Kind == SectionKind.Step ? "step" : "exercise";
            SectionStatus[] ups = [SectionStatus.Completed, SectionStatus.BrokenAgain, SectionStatus.Completed];
            foreach (var status in ups)
            {
                at = at.AddSeconds(1);
                await progress.RecordSectionAsync(key, new(section.Id, kind, status, at), _limit.Token);
            }
        }

        var told = new List<string>();
        while (told.Count <= sections.Count)
        {
            var message = await _received.Reader.ReadAsync(_limit.Token);
            Assert.Equal(
                WebhookSignature.Sign(
                    Secret,
                    message.Id,
                    DateTimeOffset.FromUnixTimeSeconds(long.Parse(message.Timestamp)),
                    message.Body
                ),
                message.Signature
            );
            using var json = JsonDocument.Parse(message.Body);
            var data = json.RootElement.GetProperty("data");
            Assert.Equal("ada", data.GetProperty("learnerId").GetString());
            Assert.Equal("Ada", data.GetProperty("learner").GetString());
            told.Add($"{json.RootElement.GetProperty("type")} {data.GetProperty("sectionId")}".Trim());
        }
        Assert.Equal(
            [
                .. sections.Select(s =>
                    (s.Kind == SectionKind.Step ? "section.completed" : "exercise.passed") + " " + s.Id
                ),
                "lesson.completed",
            ],
            told
        );
    }

    [Fact]
    public async Task Portal_ClockSetBackBeforeTheLastStep_TellsThatTheLessonIsCompleted()
    {
        await using var portal = new TellingPortal(_receiver.Urls.Single());
        var ada = await portal.Services.GetRequiredService<ILearners>().EnsureAsync("ada", "Ada", _limit.Token);
        var sections = portal
            .Services.GetRequiredService<ICourseCatalog>()
            .FindLesson("course", "lesson")!
            .Sections.Where(s => s.Kind is SectionKind.Step or SectionKind.Exercise)
            .ToList();
        var told = new List<string>();

        foreach (var section in sections)
        {
            var at = TimeProvider.System.GetUtcNow().AddHours(section == sections[^1] ? 0 : 1);
            await portal
                .Services.GetRequiredService<IProgressService>()
                .RecordSectionAsync(
                    new(ada.Id, "course", "lesson"),
                    new(section.Id, "step", SectionStatus.Completed, at),
                    _limit.Token
                );
            told.Add(await TypeAsync());
        }
        told.Add(await TypeAsync());

        Assert.Equal([.. sections.Select(_ => "section.completed"), "lesson.completed"], told);

        async Task<string> TypeAsync()
        {
            using var json = JsonDocument.Parse((await _received.Reader.ReadAsync(_limit.Token)).Body);
            return json.RootElement.GetProperty("type").GetString()!;
        }
    }

    /// <summary>The example of the specification.</summary>
    [Fact]
    public void Sign_KnownMessage_IsAsTheSpecificationSays() =>
        Assert.Equal(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            WebhookSignature.Sign(
                Secret,
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                DateTimeOffset.FromUnixTimeSeconds(1614265330),
                """{"test": 2432232314}"""
            )
        );

    [Fact]
    public async Task Send_ReceiverFails_IsSentAgainWithTheSameId()
    {
        _answers.Enqueue(500);
        _answers.Enqueue(302);
        var queue = Start(new WebhookReceiver { Url = _receiver.Urls.Single(), Secret = Secret });

        queue.Add(new WebhookEvent("section.completed", "msg_1", "{}"));
        queue.Add(new WebhookEvent("section.completed", "msg_2", "{}"));
        await _time.PassAsync(TimeSpan.FromSeconds(5), _limit.Token);
        await _time.PassAsync(TimeSpan.FromSeconds(30), _limit.Token);

        Assert.Equal(["msg_1", "msg_1", "msg_1", "msg_2"], await ReceiveAsync(4));
    }

    [Fact]
    public async Task Send_ReceiverIsGone_IsNotAskedAgain()
    {
        _answers.Enqueue((int)HttpStatusCode.Gone);
        var queue = Start(new WebhookReceiver { Url = _receiver.Urls.Single(), Secret = Secret });

        queue.Add(new WebhookEvent("section.completed", "msg_1", "{}"));
        queue.Add(new WebhookEvent("section.completed", "msg_2", "{}"));

        Assert.Equal(["msg_1", "msg_2"], await ReceiveAsync(2));
    }

    [Fact]
    public async Task Send_ReceiverHangs_IsGivenUpAndSentAgain()
    {
        _answers.Enqueue(null);
        var queue = Start(new WebhookReceiver { Url = _receiver.Urls.Single(), Secret = Secret });

        queue.Add(new WebhookEvent("section.completed", "msg_1", "{}"));
        Assert.Equal(["msg_1"], await ReceiveAsync(1));
        await _time.PassAsync(DeliveryClient.Patience, _limit.Token);
        await _time.PassAsync(TimeSpan.FromSeconds(5), _limit.Token);

        Assert.Equal(["msg_1"], await ReceiveAsync(1));
    }

    [Fact]
    public async Task Send_EventThatIsNotWanted_IsNotSent()
    {
        var queue = Start(
            new WebhookReceiver { Url = _receiver.Urls.Single(), Secret = Secret, Events = { "lesson.completed" } }
        );

        queue.Add(new WebhookEvent("section.completed", "msg_1", "{}"));
        queue.Add(new WebhookEvent("lesson.completed", "msg_2", "{}"));

        Assert.Equal(["msg_2"], await ReceiveAsync(1));
    }

    [Theory]
    [InlineData("ftp://x", Secret, "section.completed", "Portal:Webhooks:0:Url is 'ftp://x'")]
    [InlineData("http://x", "short", "section.completed", "Portal:Webhooks:0:Secret")]
    [InlineData("http://x", Secret, "lesson.done", "Portal:Webhooks:0:Events has 'lesson.done'.")]
    public void Validate_WrongReceiver_NamesTheKey(string url, string secret, string type, string message)
    {
        var options = new PortalOptions();
        options.Webhooks.Add(new WebhookReceiver { Url = url, Secret = secret, Events = { type } });

        var failure = Assert.Single(new WebhookReceiver.Validator().Validate(null, options).Failures!);

        Assert.StartsWith(message, failure, StringComparison.Ordinal);
    }

    private WebhookQueue Start(WebhookReceiver receiver)
    {
        var queue = new WebhookQueue(
            receiver,
            new DeliveryClient(new DeliveryClients(), _time),
            _time,
            NullLogger.Instance
        );
        _ = queue.SendAllAsync(_limit.Token);
        return queue;
    }

    /// <summary>The ids of what comes.</summary>
    private async Task<List<string>> ReceiveAsync(int count)
    {
        var ids = new List<string>();
        while (ids.Count < count)
            ids.Add((await _received.Reader.ReadAsync(_limit.Token)).Id);
        return ids;
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers;
        var message = (
            headers["webhook-id"].ToString(),
            headers["webhook-timestamp"].ToString(),
            headers["webhook-signature"].ToString(),
            await reader.ReadToEndAsync(context.RequestAborted)
        );
        int? answer = _answers.TryDequeue(out var next) ? next : 204;
        await _received.Writer.WriteAsync(message, context.RequestAborted);
        if (answer is null)
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        context.Response.StatusCode = answer!.Value;
        if (answer == 302)
            context.Response.Headers.Location = "/elsewhere";
    }

    private static WebApplication CreateReceiver()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        return builder.Build();
    }

    private sealed class TellingPortal(string receiver) : ClassFactory
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseSetting("Portal:Webhooks:0:Url", receiver);
            builder.UseSetting("Portal:Webhooks:0:Secret", Secret);
        }
    }
}
