using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Portal.Classroom.Classes;
using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Portal.Web.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>
/// What people write and clusters hold is text on every page: it makes no element, request, dialog or link.
/// </summary>
public sealed class HostileTextTests(JourneyTests.RealPortal local, ClassUiFactory school, Browser browser)
    : IClassFixture<JourneyTests.RealPortal>,
        IClassFixture<ClassUiFactory>
{
    private const string Payload = "<img src=/hacked onerror=hacked=1></script>";

    // What the cluster's own rules let through, wherever they let any text through.
    private const string Commands = """
        istioctl install --set profile=demo -y
        kubectl create namespace bookinfo
        cat <<'EOF' | kubectl apply -f -
        apiVersion: v1
        kind: Service
        metadata:
          name: evil
          namespace: bookinfo
          annotations: {note: "<img src=/hacked onerror=hacked=1></script>"}
        spec:
          selector: {app: evil}
          ports: [{port: 80, name: http}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: evil
          namespace: bookinfo
          annotations: {note: "<img src=/hacked onerror=hacked=1></script>"}
        spec:
          replicas: 1
          selector: {matchLabels: {app: evil}}
          template:
            metadata: {labels: {app: evil}}
            spec:
              containers:
                - name: evil
                  image: "\"><img/src=/hacked>"
                  args: ["</pre><script>hacked=1</script>"]
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: evil, namespace: bookinfo}
        spec:
          hosts: [evil]
          http:
            - match: [{headers: {end-user: {exact: "<img src=/hacked onerror=hacked=1></script>"}}}]
              route: [{destination: {host: evil}}]
        ---
        apiVersion: v1
        kind: Event
        metadata: {name: evil, namespace: bookinfo}
        involvedObject: {kind: Pod, namespace: bookinfo, name: "<img src=/hacked>"}
        reason: "<script>hacked=1</script>"
        message: "<img src=/hacked onerror=hacked=1></script>"
        type: Warning
        lastTimestamp: "2026-01-01T00:00:00Z"
        EOF
        printf '%s\n' '<img src=/hacked onerror=hacked=1></script>'
        printf '\033[31m<img src=/hacked onerror=hacked=1>\033[0m\033]8;;javascript:hacked=1\033\\<b>link</b>\033]8;;\033\\\n'
        """;

    [Fact]
    public async Task Lesson_HostileObjectsOutputAndName_AreText()
    {
        var url = local.Start();
        await using var visitor = await browser.OpenAsync(url);
        var page = visitor.Page;
        var seen = Watch(page);
        await visitor.GoToAsync(local.WelcomePath);
        await visitor.GoToAsync(
            $"/join?name={Uri.EscapeDataString(Payload)}&problem={Uri.EscapeDataString(Payload)}"
                + "&returnUrl=/learn/kubernetes/20-service-mesh-istio"
        );
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync(Payload);
        await page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();
        await Expect(page.Locator("#step-1 .section-head .button")).ToBeEnabledAsync(new() { Timeout = 60_000 });
        await Expect(page.Locator("button.avatar")).ToHaveAttributeAsync("title", Payload);

        await page.Locator("#step-1").GetByRole(AriaRole.Button, new() { Name = "Edit and run" }).First.ClickAsync();
        await page.Locator("#step-1 textarea").FillAsync(Commands);
        await page.GetByRole(AriaRole.Button, new() { Name = "Run this" }).ClickAsync();
        await Expect(page.Locator("#step-1 .output").Last)
            .ToContainTextAsync("<b>link</b>", new() { Timeout = 120_000 });
        await Expect(page.Locator("#step-1 .output").Last).ToContainTextAsync(Payload);
        await AssertHarmlessAsync(page, seen);

        await page.Locator("#cluster-namespace").SelectOptionAsync("bookinfo");
        var panel = page.Locator("#tabpanel-Cluster");
        await Expect(panel.Locator(".events")).ToContainTextAsync(Payload);
        await Expect(panel.Locator(".events")).ToContainTextAsync("<script>hacked=1</script>");
        await Expect(panel.Locator(".route-match")).ToContainTextAsync(Payload);
        foreach (var row in (string[])["Deployment bookinfo/evil", "Pod bookinfo/evil"])
        {
            await panel.Locator($".row[title^='{row}']").First.ClickAsync();
            await Expect(page.Locator(".object-panel")).ToContainTextAsync("<img/src=/hacked>");
            await page.Locator("#object-tab-Yaml").ClickAsync();
            await Expect(page.Locator(".object-panel .yaml")).ToContainTextAsync("</pre><script>hacked=1</script>");
            await AssertHarmlessAsync(page, seen);
            await page.Keyboard.PressAsync("Escape");
            await Expect(page.Locator(".object-drawer")).ToHaveCountAsync(0);
        }
        await visitor.PictureAsync("hostile-text-lesson");
        await page.Locator("#tab-Mesh").ClickAsync();
        await AssertHarmlessAsync(page, seen);
        Assert.Empty(visitor.ConsoleErrors);
        Assert.Empty(visitor.ForeignRequests);
    }

    [Fact]
    public async Task Terminal_HostileSequences_OpenReadAndRenameNothing()
    {
        var url = local.Start();
        await using var visitor = await browser.OpenAsync(url);
        var page = visitor.Page;
        var seen = Watch(page);
        await page.Context.GrantPermissionsAsync(
            ["clipboard-read", "clipboard-write"],
            new() { Origin = url.TrimEnd('/') }
        );
        await visitor.GoToAsync(local.WelcomePath);
        await visitor.GoToAsync("/learn/kubernetes/20-service-mesh-istio");
        await Expect(page.Locator("#step-1 .section-head .button")).ToBeEnabledAsync(new() { Timeout = 60_000 });
        var title = await page.TitleAsync();
        await page.Locator("#tab-Terminal").ClickAsync();
        await page.Locator(".xterm-screen").ClickAsync();
        await page.EvaluateAsync("navigator.clipboard.writeText('mine')");

        // Hyperlinks of two schemes, the clipboard (set and asked for), the title, and markup.
        string[] lines =
        [
            @"printf '\033]8;;javascript:hacked=1\033\\%s\033]8;;\033\\\n' SCRIPT-LINK",
            @"printf '\033]8;;data:text/html,<script>opener.hacked=1</script>\033\\%s\033]8;;\033\\\n' DATA-LINK",
            @"printf '\033]52;c;aGFja2Vk\007\033]52;c;?\007\033]0;hacked\007\033]2;hacked\007'",
            $"printf '%s\\n' '{Payload}'",
            "printf '%s-%s\\n' ALL DONE",
        ];
        foreach (var line in lines)
        {
            await page.Keyboard.TypeAsync(line);
            await page.Keyboard.PressAsync("Enter");
        }
        var screen = page.Locator(".xterm-rows");
        await Expect(screen).ToContainTextAsync("ALL-DONE");
        await Expect(screen.Locator("> div", new() { HasText = Payload }).Last).ToHaveTextAsync(Payload);

        foreach (var link in (string[])["SCRIPT-LINK", "DATA-LINK"])
        {
            // The screen above the rows takes the mouse.
            var row = (await screen.Locator("> div", new() { HasText = link }).Last.BoundingBoxAsync())!;
            await page.Mouse.MoveAsync(row.X + 20, row.Y + row.Height / 2, new() { Steps = 5 });
            await page.Mouse.ClickAsync(row.X + 20, row.Y + row.Height / 2);
        }
        Assert.Equal("mine", await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        Assert.Equal(title, await page.TitleAsync());
        Assert.Single(page.Context.Pages);
        await AssertHarmlessAsync(page, seen);
        Assert.Empty(visitor.ConsoleErrors);
    }

    [Fact]
    public async Task ClassPages_HostileNamesRosterAndMessages_AreText()
    {
        var url = school.Start();
        await school.CreatePersonAsync("Root", "root", PortalRole.Administrator);
        await school.CreatePersonAsync(Payload, "hostile", PortalRole.Instructor);
        await school.CreatePersonAsync("Ada " + Payload, "ada", PortalRole.Learner);
        var classes = school.Services.GetRequiredService<IClasses>();
        var (teacher, ada) = (await school.IdOfAsync("hostile"), await school.IdOfAsync("ada"));
        var made = await classes.CreateAsync("Class " + Payload, "mesh", "01-traffic", teacher, CancellationToken.None);
        await classes.EnrolAsync(made.Id, ada, CancellationToken.None);
        await FailCheckAsync(ada);
        await using var visitor = await browser.OpenAsync(url);
        var page = visitor.Page;
        var seen = Watch(page);

        await SignInAsync(visitor, "hostile");
        await ShowsAsync("/classes", "Class " + Payload);
        await ShowsAsync("/board/" + made.Id, "Ada " + Payload);
        await page.Locator(".learner-button", new() { HasText = "Ada " + Payload }).ClickAsync();
        await Expect(page.Locator(".drawer .fact-message")).ToHaveTextAsync(Payload);
        await AssertHarmlessAsync(page, seen);

        await ShowsAsync("/class/" + made.Id, "Ada " + Payload);
        await page.GetByLabel("Or a roster: a CSV file with a column name").SetInputFilesAsync(
            new FilePayload
            {
                Name = Payload.Replace('/', '-') + ".csv",
                MimeType = "text/csv",
                Buffer = System.Text.Encoding.UTF8.GetBytes($"name\n\"Bea {Payload}\"\n\"Bea {Payload}\"\n"),
            }
        );
        await page.GetByRole(AriaRole.Button, new() { Name = "Import" }).ClickAsync();
        await Expect(page.Locator(".callout.error")).ToContainTextAsync($"'Bea {Payload}' looks the same");
        await AssertHarmlessAsync(page, seen);
        await page.GetByLabel("Names, one a line").FillAsync($"Bea {Payload}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make links" }).ClickAsync();
        await Expect(page.Locator(".issued")).ToContainTextAsync($"Bea {Payload}");
        var invitation = new Uri(await page.Locator(".issued input").InputValueAsync()).PathAndQuery;
        await ShowsAsync("/account", Payload);

        await page.Context.ClearCookiesAsync();
        await ShowsAsync(invitation, $"Bea {Payload}");
        await ShowsAsync(
            "/sign-in?reason=" + Uri.EscapeDataString(Payload) + "&returnUrl=" + Uri.EscapeDataString(Payload),
            "Sign in"
        );
        await SignInAsync(visitor, "root");
        await ShowsAsync("/people", "Ada " + Payload);
        await ShowsAsync("/people/" + await school.IdOfAsync("hostile"), $"Class {Payload} (teaches)");
        Assert.Empty(visitor.ConsoleErrors);
        Assert.Empty(visitor.ForeignRequests);

        async Task ShowsAsync(string path, string text)
        {
            await visitor.GoToAsync(path);
            await Expect(page.Locator("main")).ToContainTextAsync(text);
            await AssertHarmlessAsync(page, seen);
        }
    }

    private async Task FailCheckAsync(string learnerId)
    {
        var progress = school.Services.GetRequiredService<IProgressService>();
        var (key, now) = (new ProgressKey(learnerId, "mesh", "01-traffic"), DateTimeOffset.UtcNow);
        await progress.RecordSectionAsync(
            key,
            new SectionFact("exercise-1", "exercise", SectionStatus.InProgress, now),
            CancellationToken.None
        );
        await progress.RecordCheckAsync(
            key,
            new CheckFact("exercise-1", "check", CheckStatus.NotYet, 0, Payload, null, now),
            CancellationToken.None
        );
    }

    private static async Task SignInAsync(Visitor visitor, string userName)
    {
        await visitor.GoToAsync("/sign-in");
        await visitor.Page.GetByLabel("User name").FillAsync(userName);
        await visitor.Page.GetByLabel("Password").FillAsync(ClassApplication.Password);
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Expect(visitor.Page.Locator(".avatar")).ToHaveCountAsync(1);
    }

    /// <summary>Dialogs, and requests that no page of the portal makes.</summary>
    private static ConcurrentQueue<string> Watch(IPage page)
    {
        var seen = new ConcurrentQueue<string>();
        page.Dialog += async (_, dialog) =>
        {
            seen.Enqueue("dialog: " + dialog.Message);
            await dialog.DismissAsync();
        };
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url).AbsolutePath.StartsWith("/hacked", StringComparison.Ordinal))
                seen.Enqueue(request.Url);
        };
        return seen;
    }

    /// <summary>The policy for scripts would stop most of it: that nothing became an element is the point.</summary>
    private static async Task AssertHarmlessAsync(IPage page, ConcurrentQueue<string> seen)
    {
        Assert.Empty(
            await page.EvaluateAsync<string[]>(
                """
                [...document.querySelectorAll('[src*=hacked], [onerror], [href^="javascript:"], [href^="data:"], script')]
                  .filter(e => e.localName !== 'script' || e.textContent.includes('hacked'))
                  .map(e => e.outerHTML)
                """
            )
        );
        Assert.True(await page.EvaluateAsync<bool>("typeof hacked === 'undefined'"));
        Assert.Empty(seen);
    }
}
