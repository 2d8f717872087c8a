using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Api;

/// <summary>Decoding: JSON into the shape of a kind, with the decoder's error texts.</summary>
internal static class ObjectDecoder
{
    /// <summary>Refuses what server-side apply does not take: another version, managedFields, unknown fields.</summary>
    public static void CheckApplied(ResourceType type, string @namespace, string name, JsonObject applied)
    {
        if (applied["metadata"]!["managedFields"] is not null) throw ApiError.BadRequest("metadata.managedFields must be nil");
        if (applied.Str("apiVersion") != type.ApiVersion) throw ApiError.BadRequest($"Incorrect version specified in apply patch. Specified patch version: {applied.Str("apiVersion")}, expected: {type.ApiVersion}");
        var unknown = Shape(type, applied.Copy());
        if (unknown.Count == 0) return;
        var errors = unknown.Select(u => $".{u}: field not declared in schema").ToList();
        throw new ApiException(500, "", $"failed to create typed patch object ({@namespace}/{name}; {type.ApiVersion}, Kind={type.Kind}): {(errors.Count == 1 ? errors[0] : "errors:\n  " + string.Join("\n  ", errors))}");
    }

    /// <summary>Brings an object into its kind's shape; fields that the kind does not have fail, warn or go, as the client asked.</summary>
    public static void Decode(ResourceType type, JsonObject obj, WriteOptions options)
    {
        var unknown = Shape(type, obj);
        if (unknown.Count == 0 || options.FieldValidation == "Ignore") return;
        if (options.FieldValidation == "Strict")
        {
            var errors = string.Join(", ", unknown.Select(u => $"unknown field \"{u}\""));
            throw ApiError.BadRequest(type.Custom is null
                ? $"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: strict decoding error: {errors}"
                : $"strict decoding error: {errors}");
        }
        options.Warnings.AddRange(unknown.Select(u => $"unknown field \"{u}\""));
    }

    /// <summary>Brings an object into its kind's shape.</summary>
    /// <returns>The paths of fields that the kind does not have.</returns>
    private static List<string> Shape(ResourceType type, JsonObject obj)
    {
        var unknown = new List<string>();
        obj["apiVersion"] = type.ApiVersion;
        obj["kind"] = type.Kind;
        try
        {
            if (type.Custom is null) SchemaDecoder.Decode(obj, type.Schema, unknown);
            else CustomResourceShape.Prune(obj, type.Schema, unknown);
        }
        catch (SchemaDecodeException e)
        {
            throw new ApiException(400, "BadRequest", $"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: {e.Message}") { Decoding = e };
        }
        return unknown;
    }
}
