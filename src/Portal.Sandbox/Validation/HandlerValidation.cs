using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of probes and lifecycle hooks.</summary>
internal static class HandlerValidation
{
    private const string OneHandler = "may not specify more than 1 handler type";

    public static void Lifecycle(JsonObject lifecycle, string path, long grace, ErrorList errors)
    {
        foreach (var hook in (ReadOnlySpan<string>)["postStart", "preStop"])
        {
            if (lifecycle.Obj(hook) is { } handler) Handler(handler, $"{path}.{hook}", grace, errors);
        }
    }

    public static void Probes(JsonObject container, string path, long grace, ErrorList errors)
    {
        foreach (var name in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (container.Obj(name) is not { } probe) continue;
            var at = $"{path}.{name}";
            Handler(probe, at, grace, errors);
            foreach (var field in (ReadOnlySpan<string>)["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]) errors.NonNegative($"{at}.{field}", probe[field]);
            if (probe.Num("terminationGracePeriodSeconds") is <= 0 and var seconds)
            {
                if (name != "readinessProbe") errors.Invalid(at + ".terminationGracePeriodSeconds", seconds, "must be greater than 0");
            }
            if (name == "readinessProbe")
            {
                if (probe.ContainsKey("terminationGracePeriodSeconds")) errors.Invalid(at + ".terminationGracePeriodSeconds", probe.Num("terminationGracePeriodSeconds"), "must not be set for readinessProbes");
            }
            else if (probe.Num("successThreshold") is { } threshold && threshold != 1) errors.Invalid(at + ".successThreshold", threshold, "must be 1");
        }
    }

    private static void Handler(JsonObject handler, string path, long grace, ErrorList errors)
    {
        var found = 0;
        if (handler.Obj("exec") is { } exec)
        {
            found++;
            if (exec.Arr("command") is not { Count: > 0 }) errors.Required(path + ".exec.command");
        }
        if (handler.Obj("httpGet") is { } get && First("httpGet"))
        {
            if (string.IsNullOrEmpty(get.Str("path"))) errors.Required(path + ".httpGet.path");
            Port(get["port"], path + ".httpGet.port", errors);
            if (get.Str("scheme") is not ("HTTP" or "HTTPS")) errors.NotSupported(path + ".httpGet.scheme", get.Str("scheme") ?? "", "HTTP", "HTTPS");
            foreach (var header in get.Objects("httpHeaders"))
            {
                var name = header.Str("name") ?? "";
                errors.Invalid(path + ".httpGet.httpHeaders", name, NameRules.HeaderName(name));
            }
        }
        if (handler.Obj("tcpSocket") is { } tcp && First("tcpSocket")) Port(tcp["port"], path + ".tcpSocket.port", errors);
        if (handler.Obj("grpc") is { } grpc && First("grpc")) errors.Invalid(path + ".grpc.port", grpc.Num("port") ?? 0, NameRules.Port(grpc.Num("port") ?? 0));
        if (handler.Obj("sleep") is { } sleep && First("sleep") && (sleep.Num("seconds") ?? 0) is var s && (s < 0 || s > grace))
            errors.Invalid(path + ".sleep", s, $"must be non-negative and less than terminationGracePeriodSeconds ({grace})");
        if (found == 0) errors.Required(path, "must specify a handler type");

        bool First(string name)
        {
            if (found++ == 0) return true;
            errors.Forbidden($"{path}.{name}", OneHandler);
            return false;
        }
    }

    /// <summary>A port's number or name.</summary>
    public static void Port(JsonNode? port, string path, ErrorList errors)
    {
        if (port.Str() is { } name) errors.Invalid(path, name, NameRules.PortName(name));
        else if ((port.Num() ?? 0) is var number) errors.Invalid(path, number, NameRules.Port(number));
    }

    private static void Invalid(this ErrorList errors, string path, long value, IEnumerable<string> details)
    {
        foreach (var detail in details) errors.Invalid(path, value, detail);
    }
}
