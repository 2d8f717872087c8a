using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Labs.Sessions;
using Portal.Testing;
using Portal.Testing.Lessons;
using Portal.Web.Identity;
using Portal.Web.Ports;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>WebSockets of a program in a workspace, through a portal that listens on a port of the machine.</summary>
public sealed class PortSocketTests : IAsyncLifetime
{
    private readonly PortalFactory _portal = new();
    private WebApplication _program = null!;
    private FakeLessonSession _session = null!;
    private string _learner = "";
    private Uri _address = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        _program = builder.Build();
        _program.UseWebSockets();
        _program.Run(EchoAsync);
        await _program.StartAsync();
        var program = new Uri(
            _program.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

        _portal.UseKestrel(0);
        _address = new Uri(_portal.Start());
        _learner = await AddAsync("Ada");
        _session = (FakeLessonSession)
            await _portal
                .Services.GetRequiredService<ILessonSessions>()
                .OpenAsync(new(_learner, "course", "lesson"), CancellationToken.None);
        _session.Listening[8080] = new IPEndPoint(IPAddress.Loopback, program.Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        await _portal.DisposeAsync();
    }

    [Fact]
    public async Task Socket_OfItsLearner_CarriesMessagesBothWays()
    {
        using var socket = new ClientWebSocket();
        await ConnectAsync(socket, CookieOf(_learner)).DefaultTimeout();

        Assert.Equal("hello from localhost:8080", await AskAsync(socket, "hello"));
        Assert.Equal("again from localhost:8080", await AskAsync(socket, "again"));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", CancellationToken.None).DefaultTimeout();
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Fact]
    public async Task Socket_OfAnotherLearnerOrNobody_IsRefused()
    {
        var other = await AddAsync("Mallory");

        Assert.Equal(HttpStatusCode.NotFound, await RefusedAsync(CookieOf(other)));
        Assert.Equal(HttpStatusCode.Unauthorized, await RefusedAsync("forged"));
        Assert.Equal(HttpStatusCode.Unauthorized, await RefusedAsync(CookieOf(_learner, port: 9090)));
    }

    [Fact]
    public async Task Socket_OfAPageOfAnotherSite_IsRefused() =>
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            await RefusedAsync(CookieOf(_learner), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "websocket")));

    private async Task<string> AddAsync(string name) =>
        (await _portal.Services.GetRequiredService<LocalClassroom>().AddLearnerAsync(name, CancellationToken.None)).Id;

    private string CookieOf(string viewer, int port = 8080) =>
        _portal.Services.GetRequiredService<PortTickets>().Cookie(new PortAddress(port, _session.WorkspaceId), viewer);

    private async Task<HttpStatusCode> RefusedAsync(string cookie, params (string Name, string Value)[] headers)
    {
        using var socket = new ClientWebSocket();
        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(socket, cookie, headers).DefaultTimeout());
        return socket.HttpStatusCode;
    }

    private async Task ConnectAsync(
        ClientWebSocket socket,
        string cookie,
        params (string Name, string Value)[] headers)
    {
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Cookie", $"{PortProxy.CookieName}={cookie}");
        foreach (var (name, value) in headers) socket.Options.SetRequestHeader(name, value);
        // Whatever the host's name is, it is this machine.
        using var client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var connection = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await connection.ConnectAsync(IPAddress.Loopback, _address.Port, cancellation);
                return new NetworkStream(connection, ownsSocket: true);
            },
        });
        await socket.ConnectAsync(
            new Uri($"ws://8080--{_session.WorkspaceId}.localhost:{_address.Port}/echo"),
            client,
            CancellationToken.None);
    }

    private static async Task<string> AskAsync(ClientWebSocket socket, string text)
    {
        await socket
            .SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None)
            .DefaultTimeout();
        var buffer = new byte[1000];
        var received = await socket.ReceiveAsync(buffer, CancellationToken.None).DefaultTimeout();
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }

    private static async Task EchoAsync(HttpContext http)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[1000];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, http.RequestAborted);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, http.RequestAborted);
                return;
            }
            var answer = $"{Encoding.UTF8.GetString(buffer, 0, received.Count)} from {http.Request.Host}";
            await socket.SendAsync(
                Encoding.UTF8.GetBytes(answer), WebSocketMessageType.Text, true, http.RequestAborted);
        }
    }
}
