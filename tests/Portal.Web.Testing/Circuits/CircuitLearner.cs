using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace Portal.Web.Testing.Circuits;

/// <summary>A learner with a page and without a browser.</summary>
public sealed partial class CircuitLearner : IAsyncDisposable
{
    private const string Lesson20 = "/learn/kubernetes/20-service-mesh-istio";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _browser;
    private readonly Uri _portal;
    private Circuit? _page;

    private CircuitLearner(Uri portal, CookieCollection owner, string name)
    {
        (_portal, Name) = (portal, name);
        _cookies.Add(owner);
        _browser = new HttpClient(new HttpClientHandler { CookieContainer = _cookies });
    }

    public string Name { get; }
    public Circuit Page => _page!;

    /// <summary>From a click on Run to the first output of that step, in milliseconds.</summary>
    public List<double> FirstOutputs { get; } = [];

    /// <summary>When a step was seen to be completed.</summary>
    public Dictionary<int, long> Completed { get; } = [];

    public static async Task<CookieCollection> SignInAsync(PortalProcess portal)
    {
        var cookies = new CookieContainer();
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = cookies });
        (await browser.GetAsync(portal.Welcome)).EnsureSuccessStatusCode();
        return cookies.GetCookies(portal.Address);
    }

    /// <summary>Somebody who is signed in already.</summary>
    public static CircuitLearner Of(Uri portal, CookieCollection cookies, string name) => new(portal, cookies, name);

    /// <summary>On the owner's machine somebody else sits down.</summary>
    public static async Task<CircuitLearner> JoinAsync(Uri portal, CookieCollection owner, string name)
    {
        var learner = new CircuitLearner(portal, owner, name);
        var form = Token().Match(await learner._browser.GetStringAsync(new Uri(portal, "/join")));
        var answer = await learner._browser.PostAsync(
            new Uri(portal, "/account/join"),
            new FormUrlEncodedContent(
            [
                new("__RequestVerificationToken", form.Groups[1].Value), new("name", name), new("returnUrl", "/join"),
            ])
        );
        answer.EnsureSuccessStatusCode();
        return learner;
    }

    /// <summary>Opens a page, in place of the one that is open.</summary>
    public async Task OpenAsync(string path = Lesson20)
    {
        if (_page is not null) await _page.DisposeAsync();
        _page = await Circuit.OpenAsync(_browser, _portal, _cookies.GetCookieHeader(_portal), path);
    }

    /// <summary>
    /// The step's button can be clicked, and is; returns when the page says that the step is completed.
    /// </summary>
    public async Task RunAsync(int step)
    {
        var id = $"step-{step}";
        var button = await Page.UntilAsync(all => RunButton(all, id), s_limit, $"{Name}: a button of {id}");
        await PredictAsync(id);
        var before = Page.Look(all => OutputLength(all, id));
        var clock = Stopwatch.StartNew();
        await Page.ClickAsync(button);
        await Page.UntilAsync(
            all => OutputLength(all, id) > before || IsCompleted(all, id) ? "" : null,
            s_limit,
            $"{Name}: output of {id}"
        );
        FirstOutputs.Add(clock.Elapsed.TotalMilliseconds);
        await Page.UntilAsync(all => IsCompleted(all, id) ? "" : null, s_limit, $"{Name}: the end of {id}");
        Completed[step] = Stopwatch.GetTimestamp();
    }

    /// <summary>Chooses the first choice of each prediction that the step asks for.</summary>
    private async Task PredictAsync(string id)
    {
        foreach (var asked in Page.Look(all => Choices(all, id).Select(c => c.Prediction).Distinct().ToList()))
        {
            await Page.ClickAsync(Page.Look(all => Choices(all, id).First(c => c.Prediction == asked).Button));
            await Page.UntilAsync(
                all => Choices(all, id).Any(c => c.Prediction == asked) ? null : "",
                s_limit,
                $"{Name}: what was predicted in {id}"
            );
        }
    }

    private static IEnumerable<(string Prediction, Node Button)> Choices(IEnumerable<Node> all, string id) =>
        (Section(all, id)?.All() ?? [])
            .Where(n => n.Attributes.ContainsKey("data-prediction"))
            .SelectMany(n =>
                n.All()
                    .Where(b => b.Attributes.ContainsKey("data-choice"))
                    .Select(b => (n.Attributes["data-prediction"], b))
            );

    public async ValueTask DisposeAsync()
    {
        if (_page is not null) await _page.DisposeAsync();
        _browser.Dispose();
    }

    /// <summary>Returns when the page shows the state of a step that was opened before.</summary>
    public async Task<bool> WasCompletedAsync(int step)
    {
        var id = $"step-{step}";
        await Page.UntilAsync(all => RunButton(all, id), s_limit, $"{Name}: a button of {id}");
        return Page.Look(all => IsCompleted(all, id));
    }

    /// <summary>Returns when the page shows that a completed step waits to be saved, or does not any more.</summary>
    public Task SeeAsync(int step, bool saved)
    {
        var id = $"step-{step}";
        return Page.UntilAsync(
            all =>
                IsCompleted(all, id) && Section(all, id)!.All().Any(n => n.HasClass("not-saved")) != saved ? "" : null,
            s_limit,
            $"{Name}: {id}, {(saved ? "saved" : "not saved")}"
        );
    }

    /// <summary>Returns when the page has these words somewhere.</summary>
    public Task SeeAsync(string words) =>
        Page.UntilAsync(
            all => all.Any(n => n.Words().Contains(words, StringComparison.Ordinal)) ? "" : null,
            s_limit,
            $"{Name}: {words}"
        );

    private static Node? Section(IEnumerable<Node> all, string id) =>
        all.FirstOrDefault(n => n.Name == "section" && n.Attributes.GetValueOrDefault("id") == id);

    private static Node? Head(IEnumerable<Node> all, string id) =>
        Section(all, id)?.All().FirstOrDefault(n => n.HasClass("section-head"));

    private static Node? RunButton(IEnumerable<Node> all, string id) =>
        Head(all, id)
            ?.All()
            .FirstOrDefault(n =>
                n.Name == "button"
                && n.HasClass("button")
                && n.Handlers.ContainsKey("onclick")
                && !n.Attributes.ContainsKey("disabled")
            );

    private static bool IsCompleted(IEnumerable<Node> all, string id) =>
        Head(all, id)?.Words().Contains("completed", StringComparison.Ordinal) == true;

    private static int OutputLength(IEnumerable<Node> all, string id) =>
        Section(all, id)?.All().Where(n => n.HasClass("output")).Sum(n => n.Words().Length) ?? 0;

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
