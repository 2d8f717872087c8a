using System.Collections.Concurrent;
using System.Collections.Frozen;
using Portal.Sandbox.Schema.Protobuf;

namespace Portal.Sandbox.Schema;

/// <summary>Schemas of the built-in kinds, derived from the protobuf messages on first use and shared by all clusters.</summary>
internal static class BuiltInSchemas
{
    private const string Core = "k8s.io.api.core.v1.";
    private const string Meta = "k8s.io.apimachinery.pkg.apis.meta.v1.";

    private static readonly ConcurrentDictionary<string, SchemaNode> s_nodes = new(StringComparer.Ordinal);

    /// <summary>
    /// Lists that are not replaced as a whole: field name or Message.field → (strategic-merge key, server-side-apply keys).
    /// Source: the patchMergeKey and listMapKey tags of the API types. An empty merge key is a set of scalars.
    /// </summary>
    private static readonly FrozenDictionary<string, (string MergeKey, string[] ApplyKeys)> s_lists = new Dictionary<string, (string, string[])>
    {
        ["ObjectMeta.ownerReferences"] = ("uid", ["uid"]),
        ["ObjectMeta.finalizers"] = ("", []),
        ["PodSpec.containers"] = ("name", ["name"]),
        ["PodSpec.initContainers"] = ("name", ["name"]),
        ["PodSpec.ephemeralContainers"] = ("name", ["name"]),
        ["PodSpec.volumes"] = ("name", ["name"]),
        ["PodSpec.imagePullSecrets"] = ("name", ["name"]),
        ["PodSpec.hostAliases"] = ("ip", ["ip"]),
        ["PodSpec.topologySpreadConstraints"] = ("topologyKey", ["topologyKey", "whenUnsatisfiable"]),
        ["PodSpec.schedulingGates"] = ("name", ["name"]),
        ["PodSpec.resourceClaims"] = ("name", ["name"]),
        ["Container.env"] = ("name", ["name"]),
        ["Container.ports"] = ("containerPort", ["containerPort", "protocol"]),
        ["Container.volumeMounts"] = ("mountPath", ["mountPath"]),
        ["Container.volumeDevices"] = ("devicePath", ["devicePath"]),
        ["EphemeralContainerCommon.env"] = ("name", ["name"]),
        ["EphemeralContainerCommon.ports"] = ("containerPort", ["containerPort", "protocol"]),
        ["EphemeralContainerCommon.volumeMounts"] = ("mountPath", ["mountPath"]),
        ["EphemeralContainerCommon.volumeDevices"] = ("devicePath", ["devicePath"]),
        ["PodStatus.podIPs"] = ("ip", ["ip"]),
        ["PodStatus.hostIPs"] = ("ip", ["ip"]),
        ["ServiceSpec.ports"] = ("port", ["port", "protocol"]),
        ["ServiceAccount.secrets"] = ("name", ["name"]),
        ["ServiceAccount.imagePullSecrets"] = ("name", []),
        ["NodeSpec.podCIDRs"] = ("", []),
        ["NodeSpec.taints"] = ("", []),
        ["NodeStatus.addresses"] = ("type", ["type"]),
        ["TopologySelectorTerm.matchLabelExpressions"] = ("", []),
        ["CSINodeSpec.drivers"] = ("name", ["name"]),
        ["MutatingWebhookConfiguration.webhooks"] = ("name", ["name"]),
        ["ValidatingWebhookConfiguration.webhooks"] = ("name", ["name"]),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Objects that server-side apply owns as one value (<c>+structType=atomic</c>, <c>+mapType=atomic</c>).</summary>
    private static readonly FrozenSet<string> s_atomic = new[]
    {
        "LabelSelector", "NodeSelector", "NodeSelectorTerm", "LocalObjectReference", "ObjectReference", "SecretReference", "TypedLocalObjectReference",
        "ObjectFieldSelector", "ResourceFieldSelector", "ConfigMapKeySelector", "SecretKeySelector", "RoleRef", "Subject", "ScopedResourceSelectorRequirement",
        "ScopeSelector", "ServiceSpec.selector", "ReplicationControllerSpec.selector", "PodSpec.nodeSelector", "OwnerReference", "ServiceBackendPort", "CrossVersionObjectReference",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The schema of a built-in kind's version, or null when the field table does not know it.</summary>
    public static SchemaNode? Find(string group, string version, string kind)
    {
        var name = ProtobufMessages.MessageName(group, version, kind);
        return ProtobufMessages.Find(name) is null ? null : Message(name);
    }

    public static SchemaNode ObjectMeta => Message(Meta + "ObjectMeta");

    public static SchemaNode Message(string fullName) => s_nodes.GetOrAdd(fullName, static name =>
    {
        var message = ProtobufMessages.Find(name);
        if (message is null) return SchemaNode.Any;
        var node = new SchemaNode { Type = SchemaType.Object, Name = message.Name, FullName = name, AtomicMap = s_atomic.Contains(message.Name) };
        return node.WithProperties(() => PropertiesOf(message));
    });

    private static Dictionary<string, SchemaNode> PropertiesOf(ProtobufMessage message)
    {
        var properties = new Dictionary<string, SchemaNode>(StringComparer.Ordinal);
        if (message.IsKind)
        {
            properties["apiVersion"] = SchemaNode.String;
            properties["kind"] = SchemaNode.String;
        }
        foreach (var field in message.Fields)
        {
            if (field.Inline)
            {
                foreach (var (name, node) in Message(field.Type).Properties) properties[name] = node;
                continue;
            }
            properties[field.JsonName] = Field(message, field);
        }
        return properties;
    }

    private static SchemaNode Field(ProtobufMessage message, ProtobufField field)
    {
        var key = message.Name + "." + field.JsonName;
        if (field.MapValue is { } value) return new() { Type = SchemaType.Map, Items = TypeNode(value), AtomicMap = s_atomic.Contains(key) };
        if (field.Repeated)
        {
            var items = TypeNode(field.Type);
            if (items.Items is { Type: SchemaType.String } && items.Type == SchemaType.Array && items.Name is not null) items = items.Items;
            if (field.JsonName == "conditions" && items.Properties.ContainsKey("type")) return List(items, "type", ["type"]);
            if (!s_lists.TryGetValue(key, out var list)) return new() { Type = SchemaType.Array, Items = items };
            return List(items, list.MergeKey, list.ApplyKeys, retainKeys: key == "PodSpec.volumes");
        }
        return TypeNode(field.Type);
    }

    private static SchemaNode List(SchemaNode items, string mergeKey, string[] applyKeys, bool retainKeys = false) => new()
    {
        Type = SchemaType.Array,
        Items = items,
        PatchMergeKey = mergeKey,
        RetainKeys = retainKeys,
        ListType = applyKeys.Length > 0 ? ListType.Map : items.Type == SchemaType.String ? ListType.Set : ListType.Atomic,
        ListKeys = applyKeys,
    };

    private static SchemaNode TypeNode(string type) => type switch
    {
        "string" => SchemaNode.String,
        "bool" => SchemaNode.Boolean,
        "int32" => SchemaNode.Integer,
        "int64" => new() { Type = SchemaType.Integer, GoType = "int64" },
        "double" => new() { Type = SchemaType.Number, GoType = "float64" },
        "bytes" => new() { Type = SchemaType.Bytes, GoType = "[]uint8" },
        Meta + "Time" or Meta + "MicroTime" => new() { Type = SchemaType.Time },
        Meta + "Duration" => SchemaNode.String,
        Meta + "FieldsV1" or "k8s.io.apimachinery.pkg.runtime.RawExtension" => SchemaNode.Any,
        "k8s.io.apimachinery.pkg.api.resource.Quantity" => new() { Type = SchemaType.Quantity },
        "k8s.io.apimachinery.pkg.util.intstr.IntOrString" => new() { Type = SchemaType.IntOrString },
        Meta + "Verbs" => new() { Type = SchemaType.Array, Items = SchemaNode.String },
        _ when type.EndsWith(".ExtraValue", StringComparison.Ordinal) => new() { Type = SchemaType.Array, Items = SchemaNode.String },
        _ when type.StartsWith(ProtobufMessages.ApiExtensions, StringComparison.Ordinal) && type.Contains("JSON", StringComparison.Ordinal) => SchemaNode.Any,
        _ => Message(type),
    };
}
