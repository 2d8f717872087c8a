using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Labels, and what selects by them.</summary>
internal static partial class LabelRules
{
    public static void Check(JsonNode? labels, Findings f)
    {
        foreach (var (key, value) in labels.Map())
        {
            f.ListError(Key(key));
            if (!ValueRegex().IsMatch(value)) f.ListError($"invalid tag value: {GoText.Quote(value)}");
        }
    }

    private static string? Key(string key)
    {
        if (KeyRegex().Match(key) is not { Success: true } match) return $"invalid tag key: {GoText.Quote(key)}";
        if (match.Groups["prefix"].Length - 1 > 253) return $"invalid tag key: {GoText.Quote(key)} (DNS prefix is too long)";
        return match.Groups["name"].Length > 63 ? $"invalid tag key: {GoText.Quote(key)} (name is too long)" : null;
    }

    /// <param name="labels">The labels that a selector asks for.</param>
    public static void Wanted(JsonNode? labels, Findings f)
    {
        foreach (var (key, value) in labels.Map())
        {
            if (key.Length == 0) f.Error($"empty key is not supported in selector: {GoText.Quote($"{key}={value}")}");
            if (key.Contains('*', StringComparison.Ordinal) || value.Contains('*', StringComparison.Ordinal)) f.Error($"wildcard is not supported in selector: {GoText.Quote($"{key}={value}")}");
        }
    }

    /// <summary>The selector of the newer kinds.</summary>
    public static void Selector(JsonObject? selector, Findings f)
    {
        if (selector is null) return;
        Wanted(selector.Obj("matchLabels"), f);
        if (selector.Obj("matchLabels") is not { Count: > 0 }) f.Warn("workload selector specified without labels");
    }

    /// <summary>The <c>workloadSelector</c> of the older kinds. With errors the rest of the object is not looked at.</summary>
    public static bool WorkloadSelector(JsonObject? selector, string kind, Findings f)
    {
        if (selector is null) return true;
        Wanted(selector.Obj("labels"), f);
        if (f.Errors.Count > 0) return false;
        if (selector.Obj("labels") is not { Count: > 0 }) f.Warn($"{kind}: workload selector specified without labels, will be applied to all services in namespace");
        return true;
    }

    [GeneratedRegex(@"\A(?<prefix>[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)*/)?(?<name>(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])\z")]
    private static partial Regex KeyRegex();

    [GeneratedRegex(@"\A((?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z")]
    private static partial Regex ValueRegex();
}
