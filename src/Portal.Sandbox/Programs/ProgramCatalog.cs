using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Proxies;
using Portal.Sandbox.Programs.Bookinfo;
using Portal.Sandbox.Programs.Observability;
using Portal.Sandbox.Programs.Observability.Grafana;
using Portal.Sandbox.Programs.Observability.Jaeger;
using Portal.Sandbox.Programs.Observability.Kiali;
using Portal.Sandbox.Programs.Observability.Prometheus;
using Portal.Sandbox.Programs.Shell;

namespace Portal.Sandbox.Programs;

/// <summary>Selects a program by an image's repository name; tags and registries do not matter.</summary>
internal static class ProgramCatalog
{
    private static readonly Dictionary<string, Func<JsonObject, IPodProgram>> s_programs = new(StringComparer.Ordinal)
    {
        ["pilot"] = _ => new ControlPlaneProgram(),
        ["proxyv2"] = _ => new ProxyProgram(),
        ["examples-bookinfo-productpage-v1"] = _ => new Productpage(),
        ["examples-bookinfo-details-v1"] = _ => new Details(),
        ["examples-bookinfo-ratings-v1"] = _ => new Ratings(),
        ["examples-bookinfo-reviews-v1"] = _ => new Reviews(1),
        ["examples-bookinfo-reviews-v2"] = _ => new Reviews(2),
        ["examples-bookinfo-reviews-v3"] = _ => new Reviews(3),
        ["examples-bookinfo-ratings-v2"] = _ => new DatabaseRatings(),
        ["examples-bookinfo-ratings-v-faulty"] = _ => new TroubledRatings("faulty"),
        ["examples-bookinfo-ratings-v-delayed"] = _ => new TroubledRatings("delayed"),
        ["examples-bookinfo-ratings-v-unavailable"] = _ => new TroubledRatings("unavailable"),
        ["examples-bookinfo-ratings-v-unhealthy"] = _ => new TroubledRatings("unhealthy"),
        ["examples-bookinfo-mongodb"] = _ => new RatingsDatabase(27017),
        ["examples-bookinfo-mysqldb"] = _ => new RatingsDatabase(3306),
        ["examples-helloworld-v1"] = _ => new HelloWorld("v1"),
        ["examples-helloworld-v2"] = _ => new HelloWorld("v2"),
        ["http-echo"] = c => new HttpEcho(c),
        ["whoami"] = c => new Whoami(c),
        ["httpbin"] = _ => new Httpbin(8080),
        ["go-httpbin"] = _ => new Httpbin(8080),
        ["tcp-echo-server"] = c => new TcpEcho(c),
        ["ext-authz"] = _ => new ExtAuthz(),
        ["fortio"] = _ => new FortioProgram(),
        ["curl"] = c => new ShellProgram(c),
        ["curl-ssl"] = c => new ShellProgram(c),
        ["netshoot"] = c => new ShellProgram(c),
        ["busyboxplus"] = c => new ShellProgram(c),
        ["busybox"] = c => new ShellProgram(c),
        ["alpine"] = c => new ShellProgram(c),
        ["debian"] = c => new ShellProgram(c),
        ["ubuntu"] = c => new ShellProgram(c),
        ["nginx"] = c => new WebServer(c, "nginx"),
        ["httpd"] = c => new WebServer(c, "httpd"),
        ["echoserver"] = c => new WebServer(c, "echo"),
        ["agnhost"] = c => c.Strings("args").FirstOrDefault() == "liveness" ? new LivenessExample() : new Agnhost(c),
        ["liveness"] = _ => new LivenessExample(),
        ["hpa-example"] = c => new WebServer(c, "php"),
        ["stress"] = c => new StressProgram(c),
        ["stress-ng"] = c => new StressProgram(c),
        ["prometheus"] = _ => new PrometheusProgram(),
        ["kiali"] = _ => new KialiProgram(),
        ["jaeger"] = _ => new JaegerProgram(),
        ["all-in-one"] = _ => new JaegerProgram(),
        ["grafana"] = _ => new GrafanaProgram(),
        ["prometheus-config-reloader"] = _ => new ConfigReloader(),
        // Known images that run but answer nothing here.
        ["pause"] = _ => new OpaqueProgram(),
        ["redis"] = _ => new OpaqueProgram(),
        ["postgres"] = _ => new OpaqueProgram(),
        ["mysql"] = _ => new OpaqueProgram(),
        ["mongo"] = _ => new OpaqueProgram(),
        ["memcached"] = _ => new OpaqueProgram(),
        ["rabbitmq"] = _ => new OpaqueProgram(),
    };

    public static bool Knows(string image) => s_programs.ContainsKey(Repository(image)) && ImageReference.HasPlausibleTag(image);

    /// <summary>Whether the image's user is root.</summary>
    public static bool RunsAsRoot(string image) => Repository(image) is "nginx" or "httpd" or "busybox" or "alpine" or "debian" or "ubuntu" or "redis" or "mysql" or "postgres" or "mongo";

    public static IPodProgram Create(JsonObject container)
    {
        if (!s_programs.TryGetValue(Repository(container.Str("image") ?? ""), out var make)) return new OpaqueProgram();
        // A command of the user's own replaces what the image would run, unless it is the server's start-up.
        var command = container.Strings("command").FirstOrDefault();
        return command is "sh" or "/bin/sh" or "bash" or "/bin/bash" or "sleep" or "/bin/sleep" ? new ShellProgram(container) : make(container);
    }

    private static string Repository(string image)
    {
        var name = image[(image.LastIndexOf('/') + 1)..];
        var end = name.IndexOfAny([':', '@']);
        return end < 0 ? name : name[..end];
    }
}

/// <summary>A container that runs and does nothing that the sandbox could show.</summary>
internal sealed class OpaqueProgram : IPodProgram
{
    public bool Listens(ContainerInstance container, int port) => container.Spec.Objects("ports").Any(p => p.Int(0, "containerPort") == port);
}

/// <summary>istiod: its presence is what matters; the mesh reads its readiness.</summary>
internal sealed class ControlPlaneProgram : IPodProgram
{
    public bool AnswersProbesAlike => true;

    public bool Listens(ContainerInstance container, int port) => port is 8080 or 15010 or 15012 or 15014 or 15017;

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken) =>
        ValueTask.FromResult(call.PathOnly == "/ready" ? HttpReply.Of(200, "") : HttpReply.Of(404, "404 page not found\n"));
}
