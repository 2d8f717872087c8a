using System.Text.Json.Nodes;

namespace Portal.Sandbox.Istioctl;

/// <summary>What Istio's definitions say when one of their rules is broken.</summary>
internal static class IstioRules
{
    private static readonly Dictionary<string, string> s_messages = new(StringComparer.Ordinal)
    {
        ["duration(self) >= duration('1ms')"] = "must be a valid duration greater than 1ms",
        ["self.all(key, !key.contains(\"*\"))"] = "wildcard not allowed in label key match",
        ["self.all(key, key.size() != 0)"] = "key must not be empty",
        ["!self.contains(\"*\")"] = "wildcard not allowed in label value match",
        ["(has(self.tlsCertificates) ? 1 : 0) + (has(self.credentialNames) ? 1 : 0) <= 1"] = "only one of credentialNames or tlsCertificates can be set",
        ["(has(self.credentialName) ? 1 : 0) + (has(self.credentialNames) ? 1 : 0) <= 1"] = "only one of credentialName or credentialNames can be set",
        ["(has(self.credentialNames) ? 1 : 0) + (has(self.tlsCertificates) ? 1 : 0) <= 1"] = "only one of credentialNames or tlsCertificates can be set",
        ["(has(self.workloadSelector) ? 1 : 0) + (has(self.endpoints) ? 1 : 0) <= 1"] = "only one of WorkloadSelector or Endpoints can be set",
        ["!((has(self.addresses) ? self.addresses : []).exists(k, k.contains(\"/\")) && !((has(self.resolution) ? self.resolution : \"NONE\") in [\"STATIC\", \"NONE\"]))"] = "CIDR addresses are allowed only for NONE/STATIC resolution types",
        ["((has(self.resolution) ? self.resolution : \"NONE\") == \"NONE\") ? !has(self.endpoints) : true"] = "NONE mode cannot set endpoints",
        ["((has(self.resolution) ? self.resolution : \"\") == \"DNS_ROUND_ROBIN\") ? ((has(self.endpoints) ? self.endpoints : []).size() <= 1) : true"] = "DNS_ROUND_ROBIN mode cannot have multiple endpoints",
        ["self.startsWith(\"unix://\") ? (self.substring(7, 8) == \"/\" || self.substring(7, 8) == \"@\") : true"] = "UDS must be an absolute path or abstract socket",
        ["self.startsWith(\"unix://\") ? !self.endsWith(\"/\") : true"] = "UDS may not be a dir",
        ["self.all(key, size(key) < 63 && key.matches(\"^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$\"))"] = "port name must be valid",
        ["0 < self && self <= 65535"] = "port must be between 1-65535",
        ["self.all(l1, self.exists_one(l2, l1.number == l2.number))"] = "port number cannot be duplicated",
        ["has(self.address) || has(self.network)"] = "Address is required",
        ["(has(self.address) ? self.address : \"\").startsWith(\"unix://\") ? !has(self.ports) : true"] = "UDS may not include ports",
        ["(has(self.selector) ? 1 : 0) + (has(self.targetRef) ? 1 : 0) + (has(self.targetRefs) ? 1 : 0) <= 1"] = "only one of targetRefs or selector can be set",
        ["(has(self.serviceAccounts) || has(self.notServiceAccounts)) ? (!has(self.principals) && !has(self.notPrincipals) && !has(self.namespaces) && !has(self.notNamespaces)) : true"] = "Cannot set serviceAccounts with namespaces or principals",
        ["self.size() == 0"] = "cross namespace referencing is not currently supported",
        ["has(self.portLevelMtls) ? (((has(self.selector) && has(self.selector.matchLabels)) ? self.selector.matchLabels : {}).size() > 0) : true"] = "portLevelMtls requires selector",
        ["self.all(key, 0 < int(key) && int(key) <= 65535)"] = "port must be between 1-65535",
        ["url(self).getScheme() in [\"http\", \"https\"]"] = "url must have scheme http:// or https://",
        ["self != \"*\""] = "hostname cannot be wildcard",
        ["(has(self.jwksUri) ? 1 : 0) + (has(self.jwks_uri) ? 1 : 0) + (has(self.jwks) ? 1 : 0) <= 1"] = "only one of jwks or jwksUri can be set",
        ["isURL(self) ? (url(self).getScheme() in [\"\", \"http\", \"https\", \"oci\", \"file\"]) : (isURL(\"http://\" + self) && url(\"http://\" + self).getScheme() in [\"\", \"http\", \"https\", \"oci\", \"file\"])"] = "url must have schema one of [http, https, file, oci]",
        ["(has(self.valueFrom) ? self.valueFrom : \"\") != \"HOST\" || !has(self.value)"] = "value may only be set when valueFrom is INLINE",
        ["(has(self.selector) ? 1 : 0) + (has(self.targetRefs) ? 1 : 0) <= 1"] = "only one of targetRefs or selector can be set",
        ["has(self.wasm) != has(self.lua)"] = "exactly one of wasm or lua must be set",
        ["(has(self.workloadSelector) ? 1 : 0) + (has(self.targetRefs) ? 1 : 0) <= 1"] = "only one of targetRefs or workloadSelector can be set",
        ["has(self.context) ? ((self.context == \"WAYPOINT\") ? has(self.waypoint) : !has(self.waypoint)) : !has(self.waypoint)"] = "only support waypointMatch when context is WAYPOINT",
        ["self in [\"\", \"HTTP\", \"HTTPS\"]"] = "scheme must be one of [HTTP, HTTPS]",
        ["((has(self.operation) ? self.operation : \"\") == \"UPSERT\") ? (self.value != \"\") : true"] = "value must be set when operation is UPSERT",
        ["((has(self.operation) ? self.operation : \"\") == \"REMOVE\") ? !has(self.value) : true"] = "value must not be set when operation is REMOVE",
    };

    /// <param name="text">The rule; after <c> ## </c> the message, where the same rule has another one elsewhere.</param>
    public static JsonObject Rule(string text)
    {
        var (rule, own) = text.Split(" ## ", 2) is [var r, var m] ? (r, m) : (text, null);
        var json = new JsonObject { ["rule"] = rule };
        if ((own ?? s_messages.GetValueOrDefault(rule)) is { } message) json["message"] = message;
        return json;
    }
}
