using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor.Services;
using Portal.Testing;
using Portal.Web.Components.Shared;
using Xunit;

namespace Portal.Web.Tests.Shared;

public sealed class PanelBoundaryTests : BunitContext
{
    private const string Words = "secret words of an exception";

    private readonly FakeTimeProvider _time = new();

    public PanelBoundaryTests()
    {
        DefaultWaitTimeout = TestTimeouts.Default;
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddSingleton<TimeProvider>(_time);
        Services.AddSingleton(new Failure());
    }

    private Failure Fails => Services.GetRequiredService<Failure>();

    [Fact]
    public void Content_Throws_IsTakenBackWithoutItsWords()
    {
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        Fails.With = new InvalidOperationException(Words);

        var boundary = Render();

        Assert.Contains("The panel failed.", boundary.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain(Words, boundary.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_DatabaseComesBack_IsShownByItself()
    {
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        Fails.With = new InvalidOperationException("outer", new SqliteException(Words, 14));
        var boundary = Render();
        Assert.Contains("database does not answer", boundary.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain(Words, boundary.Markup, StringComparison.Ordinal);

        // Still away, then back.
        var seen = Fails.Rendered;
        await Eventually.True(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            return Fails.Rendered > seen;
        });
        Fails.With = null;

        await Eventually.True(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            return boundary.Markup.Contains("the content", StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Content_DatabaseAwayWhileAPageIsMade_FailsTheRequest()
    {
        SetRendererInfo(new RendererInfo("Static", isInteractive: false));
        Fails.With = new SqliteException(Words, 14);

        Assert.ThrowsAny<Exception>(() => Render());
    }

    private IRenderedComponent<PanelBoundary> Render() =>
        Render<PanelBoundary>(parameters => parameters.Add(p => p.Name, "panel").AddChildContent<Content>());

    private sealed class Failure
    {
        public Exception? With { get; set; }
        public int Rendered { get; set; }
    }

    private sealed class Content : ComponentBase
    {
        [Inject]
        public required Failure Failure { get; init; }

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            Failure.Rendered++;
            if (Failure.With is { } e)
                throw e;
            builder.AddContent(0, "the content");
        }
    }
}
