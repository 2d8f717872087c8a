using Microsoft.Playwright;
using Portal.Content;
using Portal.Testing;
using Portal.Testing.Lessons;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>Every lesson of the repository, as its learner first sees it.</summary>
public sealed class CoursePagesTests(CoursePagesTests.CourseFactory factory, Browser browser)
    : IClassFixture<CoursePagesTests.CourseFactory>
{
    [Fact]
    public async Task Lessons_All_RenderCleanly()
    {
        var url = factory.Start();
        factory.Sessions.Starting = session => session.Push(s => s with { Summary = SampleSummary.Bookinfo(DateTimeOffset.UtcNow) });
        var catalog = factory.Services.GetRequiredService<ICourseCatalog>();
        Assert.NotEmpty(catalog.Courses);
        foreach (var (course, lesson) in catalog.Courses.SelectMany(c => c.Lessons.Where(l => l.Available).Select(l => (c, l))))
        {
            foreach (var (width, scheme) in ((int, ColorScheme)[])[(1440, ColorScheme.Light), (390, ColorScheme.Dark)])
            {
                await using var visitor = await browser.OpenAsync(url, width, 900, scheme);
                await visitor.GoToAsync(factory.WelcomePath);
                await visitor.GoToAsync($"/learn/{course.Id}/{lesson.Id}");
                await Expect(visitor.Page.Locator("[data-section].step .section-head .button").First).ToBeEnabledAsync();
                foreach (var place in (string[])["step", "exercise", "troubleshooting"])
                {
                    await visitor.Page.Locator($"[data-section].{place}").First.EvaluateAsync("e => e.scrollIntoView()");
                    await visitor.PictureAsync($"{lesson.Id}-{place}-{width}-{scheme.ToString().ToLowerInvariant()}");
                }
                Assert.Empty(visitor.ConsoleErrors);
                Assert.Empty(visitor.ForeignRequests);
                Assert.False(await visitor.Page.EvaluateAsync<bool>("document.querySelector('.reading').scrollWidth > document.querySelector('.reading').clientWidth"), $"{lesson.Id} scrolls sideways at {width} px");
            }
        }
    }

    public sealed class CourseFactory : UiFactory
    {
        protected override string ContentRoot => Repository.PathOf("content");
    }
}
