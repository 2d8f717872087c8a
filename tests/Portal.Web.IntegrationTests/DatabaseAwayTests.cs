using System.Data.Common;
using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Data;
using Portal.Classroom.Model;
using Portal.Web.Testing;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>What people see while the database does not answer.</summary>
public sealed class DatabaseAwayTests(DatabaseAwayTests.Portal portal) : IClassFixture<DatabaseAwayTests.Portal>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/learn/course/lesson")]
    [InlineData("/classes")]
    [InlineData("/class/{ClassId}")]
    [InlineData("/board/{ClassId}")]
    [InlineData("/account")]
    public async Task Page_DatabaseAway_SaysSoAndComesBack(string path)
    {
        using var instructor = await portal.AddInstructorAsync();
        var address = new Uri(path.Replace("{ClassId}", portal.ClassId, StringComparison.Ordinal), UriKind.Relative);

        string page;
        using (portal.TakeAway())
        {
            using var response = await instructor.GetAsync(address);
            page = await response.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal(5, response.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        }

        Assert.Contains("The portal's database does not answer", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.Contains("<meta http-equiv=\"refresh\" content=\"5\"", page, StringComparison.Ordinal);
        Assert.Contains("results are kept", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Outage.Words, page, StringComparison.Ordinal);
        using var after = await instructor.GetAsync(address);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task SignIn_DatabaseAway_IsNotCarriedOutAndSaysSo()
    {
        await portal.CreatePersonAsync("Late", "late", PortalRole.Learner);
        using var client = portal.CreateClient();
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");

        using (portal.TakeAway())
        {
            using var response = await ClassApplication.SignInAsync(client, "late");
            var page = await response.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Contains("was not carried out", page, StringComparison.Ordinal);
            Assert.DoesNotContain("http-equiv", page, StringComparison.Ordinal);
            Assert.DoesNotContain(Outage.Words, page, StringComparison.Ordinal);
        }

        using var again = await ClassApplication.SignInAsync(client, "late");
        Assert.Contains("signed in as late", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenToAll_DatabaseAway_AreServedToWhoIsSignedIn()
    {
        using var instructor = await portal.AddInstructorAsync();

        using (portal.TakeAway())
        {
            foreach (var path in (string[])["/css/portal.css", "/sign-in", "/healthz"])
            {
                using var response = await instructor.GetAsync(new Uri(path, UriKind.Relative));
                Assert.Equal((path, HttpStatusCode.OK), (path, response.StatusCode));
            }
        }
    }

    [Fact]
    public async Task NoPage_DatabaseAway_IsToldWhenToAskAgain()
    {
        using var instructor = await portal.AddInstructorAsync();
        instructor.DefaultRequestHeaders.Accept.Clear();

        using (portal.TakeAway())
        {
            using var content = new StringContent("");
            using var response = await instructor.PostAsync(
                new Uri("/_blazor/negotiate?negotiateVersion=1", UriKind.Relative),
                content
            );
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.NotNull(response.Headers.RetryAfter);
            Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        }
    }

    public sealed class Portal : ClassFactory
    {
        private readonly Outage _outage = new();
        private int _people;

        public string ClassId { get; private set; } = "";

        /// <summary>Until disposed no connection opens.</summary>
        internal IDisposable TakeAway() => _outage.Begin();

        internal async Task<HttpClient> AddInstructorAsync()
        {
            var name = $"teacher{Interlocked.Increment(ref _people)}";
            var client = await AddPersonAsync("Teacher " + name, name, PortalRole.Instructor);
            ClassId = (await MakeClassAsync("Monday", name)).Id;
            client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
            return client;
        }

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.ConfigureTestServices(services =>
                services.ConfigureDbContext<PortalDbContext>(options => options.AddInterceptors(_outage))
            );
        }
    }

    private sealed class Outage : DbConnectionInterceptor
    {
        public const string Words = "unable to open database file";

        private volatile bool _away;

        public IDisposable Begin()
        {
            _away = true;
            return new End(this);
        }

        public override ValueTask<InterceptionResult> ConnectionOpeningAsync(
            DbConnection connection,
            ConnectionEventData eventData,
            InterceptionResult result,
            CancellationToken cancellationToken = default
        ) => ValueTask.FromResult(ConnectionOpening(connection, eventData, result));

        public override InterceptionResult ConnectionOpening(
            DbConnection connection,
            ConnectionEventData eventData,
            InterceptionResult result
        ) => _away ? throw new SqliteException(Words, 14) : result;

        private sealed class End(Outage outage) : IDisposable
        {
            public void Dispose() => outage._away = false;
        }
    }
}
