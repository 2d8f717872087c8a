using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Portal.Classroom.Model;
using Portal.Labs.Sessions;
using Portal.Testing.Lessons;
using Portal.Web.Testing;

namespace Portal.Web.IntegrationTests;

/// <summary>A portal of a class on a port of the machine, and people whose cookies a test can read.</summary>
public sealed class ListeningClass : ClassFactory
{
    public ListeningClass() => UseKestrel(0);

    internal Uri Address => field ??= new Uri(Start());

    internal FakeLessonSessions Sessions => (FakeLessonSessions)Services.GetRequiredService<ILessonSessions>();

    /// <summary>Somebody new who signed in.</summary>
    internal async Task<HttpClient> SignInPersonAsync(string userName)
    {
        var address = Address;
        await CreatePersonAsync("Person " + userName, userName, PortalRole.Learner);
        var cookies = new CookieContainer();
        var client = new HttpClient(new HttpClientHandler { CookieContainer = cookies }) { BaseAddress = address };
        using var response = await SignInAsync(client, userName);
        client.DefaultRequestHeaders.Add("Cookie", cookies.GetCookieHeader(address));
        return client;
    }

    /// <summary>A connection as a page of this person opens it.</summary>
    internal async Task<CircuitClient> ConnectAsync(HttpClient person)
    {
        var client = new CircuitClient();
        await client.ConnectAsync(Address, CookieOf(person), await CircuitClient.NegotiateAsync(person));
        return client;
    }

    internal static string CookieOf(HttpClient person) => person.DefaultRequestHeaders.GetValues("Cookie").Single();
}
