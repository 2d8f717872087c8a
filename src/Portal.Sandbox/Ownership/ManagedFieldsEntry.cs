using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Ownership;

/// <summary>Who owns which fields, and through which operation.</summary>
internal sealed record ManagedFieldsEntry
{
    public required string Manager { get; init; }

    /// <summary>Apply or Update.</summary>
    public required string Operation { get; init; }
    public required string ApiVersion { get; init; }
    public string Subresource { get; init; } = "";
    public string? Time { get; init; }
    public required FieldSet Fields { get; init; }

    /// <summary>Whether writes through either count as the same owner's. Appliers keep their entry from version to version.</summary>
    public bool IsSameOwner(ManagedFieldsEntry other) =>
        Manager == other.Manager && Operation == other.Operation && Subresource == other.Subresource && (Operation == "Apply" || ApiVersion == other.ApiVersion);

    /// <summary>As conflicts name the owner.</summary>
    public override string ToString()
    {
        var text = JsonValue.Create(Manager).ToText();
        if (Subresource.Length > 0) text += $" with subresource {JsonValue.Create(Subresource).ToText()}";
        return Operation == "Update" ? $"{text} using {ApiVersion}" : text;
    }

    /// <exception cref="FormatException">The JSON is not an entry.</exception>
    public static ManagedFieldsEntry FromJson(JsonObject json)
    {
        if (json.Str("operation") is not ("Apply" or "Update") || json.Str("fieldsType") != "FieldsV1") throw new FormatException("not a managedFields entry");
        return new()
        {
            Manager = json.Str("manager") ?? "",
            Operation = json.Str("operation")!,
            ApiVersion = json.Str("apiVersion") ?? "",
            Subresource = json.Str("subresource") ?? "",
            Time = json.Str("time"),
            Fields = FieldSet.FromJson(json["fieldsV1"]),
        };
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["manager"] = Manager, ["operation"] = Operation, ["apiVersion"] = ApiVersion };
        if (Time is not null) json["time"] = Time;
        json["fieldsType"] = "FieldsV1";
        json["fieldsV1"] = Fields.ToJson();
        if (Subresource.Length > 0) json["subresource"] = Subresource;
        return json;
    }
}
