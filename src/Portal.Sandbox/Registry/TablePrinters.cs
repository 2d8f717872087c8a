using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Registry;

/// <summary>The columns of <c>kubectl get</c> for built-in kinds; names and values follow kubernetes/pkg/printers/internalversion/printers.go.</summary>
internal static class TablePrinters
{
    private const string NameFormat = "name";

    private static readonly Dictionary<string, TablePrinter> s_printers = new(StringComparer.Ordinal)
    {
        ["pods"] = Of("Name|Ready|Status|Restarts|Age|IP*|Node*|Nominated Node*|Readiness Gates*", PodCells.For),
        ["deployments.apps"] = Of("Name|Ready|Up-to-date#|Available#|Age|Containers*|Images*|Selector*", (o, now) =>
            [Name(o), $"{o.Int(0, "status", "readyReplicas")}/{o.Int(0, "spec", "replicas")}", o.Int(0, "status", "updatedReplicas"), o.Int(0, "status", "availableReplicas"), Age(o, now), .. Template(o)]),
        ["replicasets.apps"] = Of("Name|Desired#|Current#|Ready#|Age|Containers*|Images*|Selector*", (o, now) =>
            [Name(o), o.Int(0, "spec", "replicas"), o.Int(0, "status", "replicas"), o.Int(0, "status", "readyReplicas"), Age(o, now), .. Template(o)]),
        ["replicationcontrollers"] = Of("Name|Desired#|Current#|Ready#|Age|Containers*|Images*|Selector*", (o, now) =>
            [Name(o), o.Int(0, "spec", "replicas"), o.Int(0, "status", "replicas"), o.Int(0, "status", "readyReplicas"), Age(o, now), .. Template(o)]),
        ["statefulsets.apps"] = Of("Name|Ready|Age|Containers*|Images*", (o, now) =>
            [Name(o), $"{o.Int(0, "status", "readyReplicas")}/{o.Int(0, "spec", "replicas")}", Age(o, now), .. Template(o).Take(2)]),
        ["daemonsets.apps"] = Of("Name|Desired#|Current#|Ready#|Up-to-date#|Available#|Node Selector|Age|Containers*|Images*|Selector*", (o, now) =>
            [Name(o), o.Int(0, "status", "desiredNumberScheduled"), o.Int(0, "status", "currentNumberScheduled"), o.Int(0, "status", "numberReady"), o.Int(0, "status", "updatedNumberScheduled"),
                o.Int(0, "status", "numberAvailable"), Labels(o.Map("spec", "template", "spec", "nodeSelector")), Age(o, now), .. Template(o)]),
        ["controllerrevisions.apps"] = Of("Name|Controller|Revision#|Age", (o, now) =>
            [Name(o), o.Objects("metadata", "ownerReferences").Select(r => $"{r.Str("kind")?.ToLowerInvariant()}.apps/{r.Str("name")}").FirstOrDefault() ?? "<none>", o.Int(0, "revision"), Age(o, now)]),
        ["jobs.batch"] = Of("Name|Status|Completions|Duration|Age|Containers*|Images*|Selector*", (o, now) =>
            [Name(o), JobStatus(o), $"{o.Int(0, "status", "succeeded")}/{o.Int(1, "spec", "completions")}", JobDuration(o, now), Age(o, now), .. Template(o)]),
        ["cronjobs.batch"] = Of("Name|Schedule|Timezone|Suspend|Active#|Last Schedule|Age|Containers*|Images*|Selector*", (o, now) =>
            [Name(o), o.Str("spec", "schedule"), o.Str("spec", "timeZone") ?? "<none>", o.Flag("spec", "suspend") == true ? "True" : "False", o.Arr("status", "active")?.Count ?? 0,
                o.Str("status", "lastScheduleTime") is { } t ? Since(t, now) : "<none>", Age(o, now), .. Template(o.At("spec", "jobTemplate") as JsonObject ?? [])]),
        ["services"] = Of("Name|Type|Cluster-IP|External-IP|Port(s)|Age|Selector*", (o, now) =>
            [Name(o), o.Str("spec", "type"), o.Str("spec", "clusterIP") is { Length: > 0 } ip ? ip : "<none>", ExternalIp(o), ServicePorts(o), Age(o, now), Labels(o.Map("spec", "selector"))]),
        ["endpoints"] = Of("Name|Endpoints|Age", (o, now) => [Name(o), EndpointList(o), Age(o, now)]),
        ["endpointslices.discovery.k8s.io"] = Of("Name|AddressType|Ports|Endpoints|Age", (o, now) =>
            [Name(o), o.Str("addressType"), Join(o.Objects("ports").Select(p => p.Num("port")?.ToString(CultureInfo.InvariantCulture) ?? "*"), "<unset>"),
                Join(o.Objects("endpoints").SelectMany(e => e.Strings("addresses")), "<unset>"), Age(o, now)]),
        ["namespaces"] = Of("Name|Status|Age", (o, now) => [Name(o), o.Str("status", "phase"), Age(o, now)]),
        ["nodes"] = Of("Name|Status|Roles|Age|Version|Internal-IP*|External-IP*|OS-Image*|Kernel-Version*|Container-Runtime*", (o, now) =>
            [Name(o), NodeStatus(o), NodeRoles(o), Age(o, now), o.Str("status", "nodeInfo", "kubeletVersion"),
                o.Objects("status", "addresses").FirstOrDefault(a => a.Str("type") == "InternalIP").Str("address") ?? "<none>", "<none>",
                o.Str("status", "nodeInfo", "osImage"), o.Str("status", "nodeInfo", "kernelVersion"), o.Str("status", "nodeInfo", "containerRuntimeVersion")]),
        ["configmaps"] = Of("Name|Data#|Age", (o, now) => [Name(o), (o.Obj("data")?.Count ?? 0) + (o.Obj("binaryData")?.Count ?? 0), Age(o, now)]),
        ["secrets"] = Of("Name|Type|Data#|Age", (o, now) => [Name(o), o.Str("type"), o.Obj("data")?.Count ?? 0, Age(o, now)]),
        ["serviceaccounts"] = Of("Name|Secrets#|Age", (o, now) => [Name(o), o.Arr("secrets")?.Count ?? 0, Age(o, now)]),
        ["events"] = Of("Last Seen|Type|Reason|Object|Subobject*|Source*|Message|First Seen*|Count*|Name*", (o, now) =>
            [Since(o.Str("lastTimestamp") ?? o.Str("eventTime") ?? o.Str("metadata", "creationTimestamp"), now), o.Str("type"), o.Str("reason"),
                $"{o.Str("involvedObject", "kind")?.ToLowerInvariant()}/{o.Str("involvedObject", "name")}", o.Str("involvedObject", "fieldPath") ?? "", Source(o),
                o.Str("message")?.Trim(), Since(o.Str("firstTimestamp") ?? o.Str("metadata", "creationTimestamp"), now), o.Int(1, "count"), Name(o)]),
        ["persistentvolumeclaims"] = Of("Name|Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age|VolumeMode*", (o, now) =>
            [Name(o), o.Str("metadata", "deletionTimestamp") is null ? o.Str("status", "phase") : "Terminating", o.Str("spec", "volumeName") ?? "", o.Str("status", "capacity", "storage") ?? "",
                AccessModes(o.Strings("status", "accessModes")), o.Str("spec", "storageClassName") ?? "", "<unset>", Age(o, now), o.Str("spec", "volumeMode") ?? "Filesystem"]),
        ["persistentvolumes"] = Of("Name|Capacity|Access Modes|Reclaim Policy|Status|Claim|StorageClass|VolumeAttributesClass|Reason|Age|VolumeMode*", (o, now) =>
            [Name(o), o.Str("spec", "capacity", "storage"), AccessModes(o.Strings("spec", "accessModes")), o.Str("spec", "persistentVolumeReclaimPolicy"), o.Str("status", "phase"),
                o.Str("spec", "claimRef", "name") is { } c ? $"{o.Str("spec", "claimRef", "namespace")}/{c}" : "", o.Str("spec", "storageClassName") ?? "", "<unset>", o.Str("status", "reason") ?? "", Age(o, now), o.Str("spec", "volumeMode") ?? "Filesystem"]),
        ["storageclasses.storage.k8s.io"] = Of("Name|Provisioner|ReclaimPolicy|VolumeBindingMode|AllowVolumeExpansion|Age", (o, now) =>
            [Name(o) + (o.Str("metadata", "annotations", "storageclass.kubernetes.io/is-default-class") == "true" ? " (default)" : ""), o.Str("provisioner"), o.Str("reclaimPolicy") ?? "Delete",
                o.Str("volumeBindingMode") ?? "Immediate", o.Flag("allowVolumeExpansion") ?? false, Age(o, now)]),
        ["ingresses.networking.k8s.io"] = Of("Name|Class|Hosts|Address|Ports|Age", (o, now) =>
            [Name(o), o.Str("spec", "ingressClassName") ?? "<none>", Join(o.Objects("spec", "rules").Select(r => r.Str("host") ?? "*"), "*"),
                Join(o.Objects("status", "loadBalancer", "ingress").Select(i => i.Str("ip") ?? i.Str("hostname") ?? ""), ""), o.Arr("spec", "tls") is { Count: > 0 } ? "80, 443" : "80", Age(o, now)]),
        ["ingressclasses.networking.k8s.io"] = Of("Name|Controller|Parameters|Age", (o, now) => [Name(o), o.Str("spec", "controller"), "<none>", Age(o, now)]),
        ["networkpolicies.networking.k8s.io"] = Of("Name|Pod-Selector|Age", (o, now) => [Name(o), Labels(o.Map("spec", "podSelector", "matchLabels")), Age(o, now)]),
        ["horizontalpodautoscalers.autoscaling"] = Of("Name|Reference|Targets|MinPods#|MaxPods#|Replicas#|Age", (o, now) =>
            [Name(o), $"{o.Str("spec", "scaleTargetRef", "kind")}/{o.Str("spec", "scaleTargetRef", "name")}", HpaTargets(o), o.Int(1, "spec", "minReplicas"), o.Int(0, "spec", "maxReplicas"), o.Int(0, "status", "currentReplicas"), Age(o, now)]),
        ["poddisruptionbudgets.policy"] = Of("Name|Min Available|Max Unavailable|Allowed Disruptions#|Age", (o, now) =>
            [Name(o), o.At("spec", "minAvailable")?.ToString() ?? "N/A", o.At("spec", "maxUnavailable")?.ToString() ?? "N/A", o.Int(0, "status", "disruptionsAllowed"), Age(o, now)]),
        ["customresourcedefinitions.apiextensions.k8s.io"] = CreatedAt(),
        ["clusterroles.rbac.authorization.k8s.io"] = CreatedAt(),
        ["roles.rbac.authorization.k8s.io"] = CreatedAt(),
        ["clusterrolebindings.rbac.authorization.k8s.io"] = Of("Name|Role|Age|Users*|Groups*|ServiceAccounts*", Binding),
        ["rolebindings.rbac.authorization.k8s.io"] = Of("Name|Role|Age|Users*|Groups*|ServiceAccounts*", Binding),
        ["mutatingwebhookconfigurations.admissionregistration.k8s.io"] = Of("Name|Webhooks#|Age", (o, now) => [Name(o), o.Arr("webhooks")?.Count ?? 0, Age(o, now)]),
        ["validatingwebhookconfigurations.admissionregistration.k8s.io"] = Of("Name|Webhooks#|Age", (o, now) => [Name(o), o.Arr("webhooks")?.Count ?? 0, Age(o, now)]),
        ["leases.coordination.k8s.io"] = Of("Name|Holder|Age", (o, now) => [Name(o), o.Str("spec", "holderIdentity") ?? "", Age(o, now)]),
        ["priorityclasses.scheduling.k8s.io"] = Of("Name|Value#|Global-Default|Age|PreemptionPolicy", (o, now) =>
            [Name(o), o.Int(0, "value"), o.Flag("globalDefault") ?? false, Age(o, now), o.Str("preemptionPolicy") ?? "PreemptLowerPriority"]),
        ["resourcequotas"] = Of("Name|Request|Limit|Age", (o, now) => [Name(o), Quota(o, "limits.", false), Quota(o, "limits.", true), Age(o, now)]),
        ["limitranges"] = CreatedAt(),
        ["certificatesigningrequests.certificates.k8s.io"] = Of("Name|Age|SignerName|Requestor|RequestedDuration|Condition", (o, now) =>
            [Name(o), Age(o, now), o.Str("spec", "signerName") ?? "", o.Str("spec", "username") ?? "", o.Num("spec", "expirationSeconds") is { } seconds ? HumanDuration(TimeSpan.FromSeconds(seconds)) : "<none>", RequestCondition(o)]),
        ["runtimeclasses.node.k8s.io"] = Of("Name|Handler|Age", (o, now) => [Name(o), o.Str("handler"), Age(o, now)]),
        ["csinodes.storage.k8s.io"] = Of("Name|Drivers#|Age", (o, now) => [Name(o), o.Arr("spec", "drivers")?.Count ?? 0, Age(o, now)]),
        ["podtemplates"] = Of("Name|Containers|Images|Pod Labels", (o, _) =>
            [Name(o), string.Join(',', o.Objects("template", "spec", "containers").Select(c => c.Str("name"))), string.Join(',', o.Objects("template", "spec", "containers").Select(c => c.Str("image"))), Labels(o.Map("template", "metadata", "labels"))]),
        ["componentstatuses"] = Of("Name|Status|Message|Error", (o, _) =>
            [Name(o), o.Objects("conditions").FirstOrDefault().Str("status") == "True" ? "Healthy" : "Unhealthy", o.Objects("conditions").FirstOrDefault().Str("message") ?? "", o.Objects("conditions").FirstOrDefault().Str("error") ?? ""]),
    };

    private static readonly TablePrinter s_default = Of("Name|Age", (o, now) => [Name(o), Age(o, now)]);

    public static TablePrinter For(string resource) => s_printers.GetValueOrDefault(resource, s_default);

    /// <summary>A printer for a custom resource from its additionalPrinterColumns.</summary>
    public static TablePrinter Custom(IReadOnlyList<JsonObject> columns)
    {
        if (columns.Count == 0) return s_default;
        var list = new List<TableColumn> { new("Name", "string", NameFormat, "Name must be unique within a namespace.", 0) };
        list.AddRange(columns.Select(c => new TableColumn(c.Str("name") ?? "", c.Str("type") ?? "string", c.Str("format") ?? "", c.Str("description") ?? "", c.Int(0, "priority"))));
        var paths = columns.Select(c => (Path: JsonPath.Parse(c.Str("jsonPath") ?? ""), Type: c.Str("type"))).ToArray();
        return new(list, (o, now) =>
        {
            var cells = new JsonArray { Name(o) };
            foreach (var (path, type) in paths)
            {
                var value = path.Evaluate(o);
                cells.Add(type == "date" ? Since(value.Str(), now) : value switch
                {
                    null => null,
                    JsonValue v => v.DeepClone(),
                    _ => value.ToText(),
                });
            }
            return cells;
        });
    }

    /// <summary>Age as kubectl writes it (duration.HumanDuration of apimachinery).</summary>
    public static string HumanDuration(TimeSpan d)
    {
        var seconds = (long)d.TotalSeconds;
        if (seconds < -1) return "<invalid>";
        if (seconds < 0) return "0s";
        if (seconds < 120) return $"{seconds}s";
        var minutes = seconds / 60;
        if (minutes < 10) return seconds % 60 == 0 ? $"{minutes}m" : $"{minutes}m{seconds % 60}s";
        if (minutes < 180) return $"{minutes}m";
        var hours = minutes / 60;
        if (hours < 8) return minutes % 60 == 0 ? $"{hours}h" : $"{hours}h{minutes % 60}m";
        if (hours < 48) return $"{hours}h";
        if (hours < 192) return hours % 24 == 0 ? $"{hours / 24}d" : $"{hours / 24}d{hours % 24}h";
        var days = hours / 24;
        return days < 365 * 2 ? $"{days}d" : $"{days / 365}y";
    }

    public static string Since(string? timestamp, DateTimeOffset now) =>
        DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var t) ? HumanDuration(now - t) : "<unknown>";

    internal static JsonNode? Name(JsonObject o) => o.Str("metadata", "name");

    internal static string Age(JsonObject o, DateTimeOffset now) => Since(o.Str("metadata", "creationTimestamp"), now);

    internal static string Labels(IReadOnlyDictionary<string, string> map) => map.Count == 0 ? "<none>" : string.Join(',', map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"));

    private static TablePrinter Of(string columns, Func<JsonObject, DateTimeOffset, JsonArray> cells) =>
        new([.. columns.Split('|').Select(Column)], cells);

    private static TablePrinter CreatedAt() => new(
        [Column("Name"), new("Created At", "date", "", "Creation time.", 0)], (o, _) => [Name(o), o.Str("metadata", "creationTimestamp")]);

    private static TableColumn Column(string text)
    {
        var name = text.TrimEnd('*', '#');
        return new(name, text.Contains('#', StringComparison.Ordinal) ? "integer" : "string", name == "Name" ? NameFormat : "", name, text.EndsWith('*') ? 1 : 0);
    }

    private static JsonNode?[] Template(JsonObject o)
    {
        var containers = o.Objects("spec", "template", "spec", "containers").ToList();
        return [string.Join(',', containers.Select(c => c.Str("name"))), string.Join(',', containers.Select(c => c.Str("image"))), Selector(o)];
    }

    private static string Selector(JsonObject o)
    {
        var labels = o.Map("spec", "selector", "matchLabels");
        return Labels(labels.Count > 0 ? labels : o.Map("spec", "selector"));
    }

    private static string RequestCondition(JsonObject o)
    {
        var types = o.Objects("status", "conditions").Select(c => c.Str("type")).ToList();
        var text = types.Contains("Denied") ? "Denied" : types.Contains("Approved") ? "Approved" : "Pending";
        if (types.Contains("Failed")) text += ",Failed";
        return o.Str("status", "certificate") is { Length: > 0 } ? text + ",Issued" : text;
    }

    private static string JobStatus(JsonObject o)
    {
        var conditions = o.Objects("status", "conditions").Where(c => c.Str("status") == "True").Select(c => c.Str("type")).ToList();
        return conditions.Contains("Complete") ? "Complete" : conditions.Contains("Failed") ? "Failed" : conditions.Contains("Suspended") ? "Suspended" : "Running";
    }

    private static string JobDuration(JsonObject o, DateTimeOffset now)
    {
        if (o.Str("status", "startTime") is not { } start) return "";
        var end = o.Str("status", "completionTime") is { } done ? DateTimeOffset.Parse(done, CultureInfo.InvariantCulture) : now;
        return HumanDuration(end - DateTimeOffset.Parse(start, CultureInfo.InvariantCulture));
    }

    private static string ExternalIp(JsonObject o)
    {
        var ips = o.Strings("spec", "externalIPs").Concat(o.Objects("status", "loadBalancer", "ingress").Select(i => i.Str("ip") ?? i.Str("hostname") ?? "")).ToList();
        return o.Str("spec", "type") switch
        {
            "ExternalName" => o.Str("spec", "externalName") ?? "",
            "LoadBalancer" => ips.Count > 0 ? string.Join(',', ips) : "<pending>",
            _ => ips.Count > 0 ? string.Join(',', ips) : "<none>",
        };
    }

    private static string ServicePorts(JsonObject o) => Join(o.Objects("spec", "ports").Select(p =>
        p.Num("nodePort") is > 0 and var node ? $"{p.Num("port")}:{node}/{p.Str("protocol")}" : $"{p.Num("port")}/{p.Str("protocol")}"), "<none>", ",");

    private static string EndpointList(JsonObject o)
    {
        var list = o.Objects("subsets").SelectMany(s => s.Objects("addresses").SelectMany(a =>
            s.Objects("ports").Select(p => $"{a.Str("ip")}:{p.Num("port")}").DefaultIfEmpty(a.Str("ip") ?? ""))).ToList();
        return list.Count == 0 ? "<none>" : list.Count <= 3 ? string.Join(',', list) : string.Join(',', list.Take(3)) + $" + {list.Count - 3} more...";
    }

    private static string NodeStatus(JsonObject o)
    {
        var ready = o.Objects("status", "conditions").FirstOrDefault(c => c.Str("type") == "Ready").Str("status") switch { "True" => "Ready", null => "Unknown", _ => "NotReady" };
        return o.Flag("spec", "unschedulable") == true ? ready + ",SchedulingDisabled" : ready;
    }

    private static string NodeRoles(JsonObject o)
    {
        const string Prefix = "node-role.kubernetes.io/";
        return Join(o.Map("metadata", "labels").Keys.Where(k => k.StartsWith(Prefix, StringComparison.Ordinal)).Select(k => k[Prefix.Length..]).Order(StringComparer.Ordinal), "<none>", ",");
    }

    private static string HpaTargets(JsonObject o)
    {
        var parts = o.Objects("spec", "metrics").Select(m =>
        {
            var field = m.Str("type") == "ContainerResource" ? "containerResource" : "resource";
            var name = m.Str(field, "name");
            var current = o.Objects("status", "currentMetrics").FirstOrDefault(c => c.Str(field, "name") == name).Obj(field, "current");
            return m.Num(field, "target", "averageUtilization") is { } percent
                ? $"{name}: {(current.Num("averageUtilization") is { } now ? $"{now}%" : "<unknown>")}/{percent}%"
                : $"{name}: {current.Str("averageValue") ?? "<unknown>"}/{m.Str(field, "target", "averageValue")}";
        }).ToList();
        return parts.Count == 0 ? "<none>" : parts.Count <= 2 ? string.Join(", ", parts) : string.Join(", ", parts.Take(2)) + $" + {parts.Count - 2} more...";
    }

    private static JsonArray Binding(JsonObject o, DateTimeOffset now)
    {
        string Subjects(string kind) => Join(o.Objects("subjects").Where(s => s.Str("kind") == kind)
            .Select(s => kind == "ServiceAccount" ? $"{s.Str("namespace")}/{s.Str("name")}" : s.Str("name") ?? ""), "");
        return [Name(o), $"{o.Str("roleRef", "kind")}/{o.Str("roleRef", "name")}", Age(o, now), Subjects("User"), Subjects("Group"), Subjects("ServiceAccount")];
    }

    private static string Quota(JsonObject o, string prefix, bool limits) => string.Join(", ", o.Map("status", "hard").Where(p => p.Key.StartsWith(prefix, StringComparison.Ordinal) == limits)
        .OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}: {o.Str("status", "used", p.Key) ?? "0"}/{p.Value}"));

    private static string Source(JsonObject o) => o.Str("source", "host") is { Length: > 0 } host ? $"{o.Str("source", "component")}, {host}" : o.Str("source", "component") ?? "";

    private static string AccessModes(IEnumerable<string> modes) => string.Join(',', modes.Select(m => m switch
    {
        "ReadWriteOnce" => "RWO", "ReadOnlyMany" => "ROX", "ReadWriteMany" => "RWX", "ReadWriteOncePod" => "RWOP", _ => m,
    }));

    private static string Join(IEnumerable<string> parts, string empty, string separator = ",")
    {
        var text = string.Join(separator, parts);
        return text.Length == 0 ? empty : text;
    }
}
