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
        ["((has(self.operation) ? self.operation : \"\") == \"UPSERT\") ? (self.value != \"\") : true"] = "value must be set when operation is UPSERT",
        ["((has(self.operation) ? self.operation : \"\") == \"REMOVE\") ? !has(self.value) : true"] = "value must not be set when operation is REMOVE",
    };

    public static JsonObject Rule(string rule)
    {
        var json = new JsonObject { ["rule"] = rule };
        if (s_messages.TryGetValue(rule, out var message)) json["message"] = message;
        return json;
    }
}
