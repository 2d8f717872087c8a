using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Schema.Protobuf;

/// <summary>A body is not the protobuf that its type says.</summary>
internal sealed class ProtobufFormatException(string message) : Exception(message);

/// <summary>
/// Decodes what typed clients (kubectl 1.32 and later, helm 4) send: <c>k8s\0</c>, an envelope with apiVersion and kind,
/// and the message. The result is the JSON that Go would have written.
/// </summary>
internal static class ProtobufReader
{
    private const int MaxDepth = 64;
    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>Fields whose zero value means something because the Go field is a pointer; other zeros are left out, as omitempty does.</summary>
    private static readonly HashSet<string> s_pointers = new(StringComparer.Ordinal)
    {
        "replicas", "runAsUser", "runAsGroup", "fsGroup", "runAsNonRoot", "privileged", "allowPrivilegeEscalation", "readOnlyRootFilesystem",
        "automountServiceAccountToken", "optional", "terminationGracePeriodSeconds", "activeDeadlineSeconds", "backoffLimit", "completions",
        "parallelism", "ttlSecondsAfterFinished", "enableServiceLinks", "hostUsers", "shareProcessNamespace", "priority", "tolerationSeconds",
        "revisionHistoryLimit", "progressDeadlineSeconds", "partition", "suspend", "minReplicas", "immutable", "defaultMode", "mode", "controller",
        "blockOwnerDeletion", "gracePeriodSeconds", "orphanDependents", "expirationSeconds", "setHostnameAsFQDN", "timeoutSeconds", "port",
        "allocateLoadBalancerNodePorts", "successfulJobsHistoryLimit", "failedJobsHistoryLimit", "startingDeadlineSeconds", "averageUtilization",
        "stabilizationWindowSeconds", "backoffLimitPerIndex", "maxFailedIndexes", "ready", "terminating", "allowed", "incomplete",
    };

    public static bool IsProtobuf(ReadOnlySpan<byte> body) => body.StartsWith(Magic);

    public static JsonObject Read(ReadOnlySpan<byte> body)
    {
        if (!IsProtobuf(body)) throw new ProtobufFormatException("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        string apiVersion = "", kind = "";
        ReadOnlySpan<byte> raw = [];
        var envelope = new Cursor(body[Magic.Length..]);
        while (envelope.Next(out var number, out _))
        {
            if (number == 1)
            {
                var type = new Cursor(envelope.Bytes());
                while (type.Next(out var n, out _))
                {
                    var text = Encoding.UTF8.GetString(type.Bytes());
                    if (n == 1) apiVersion = text;
                    else if (n == 2) kind = text;
                }
            }
            else if (number == 2) raw = envelope.Bytes();
            else envelope.Skip();
        }
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var message = ProtobufMessages.Find(ProtobufMessages.MessageName(slash < 0 ? "" : apiVersion[..slash], apiVersion[(slash + 1)..], kind))
            ?? throw new ProtobufFormatException($"no kind \"{kind}\" is registered for version \"{apiVersion}\"");
        var obj = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind };
        ReadMessage(raw, message, obj, 0);
        return obj;
    }

    private static void ReadMessage(ReadOnlySpan<byte> data, ProtobufMessage message, JsonObject into, int depth)
    {
        if (depth > MaxDepth) throw new ProtobufFormatException("message is nested too deeply");
        var cursor = new Cursor(data);
        while (cursor.Next(out var number, out var wire))
        {
            if (message.Field(number) is not { } field)
            {
                cursor.Skip();
                continue;
            }
            if (field.MapValue is { } valueType) ReadMapEntry(cursor.Bytes(), field, valueType, into, depth);
            else if (field.Inline) ReadMessage(cursor.Bytes(), ProtobufMessages.Find(field.Type)!, into, depth + 1);
            else if (field.Repeated) ReadRepeated(ref cursor, wire, field, into, depth);
            else if (ReadValue(ref cursor, field.Type, depth) is { } value && !IsOmitted(field.JsonName, value)) into[field.JsonName] = value;
        }
    }

    private static bool IsOmitted(string name, JsonNode value) => value is JsonValue v && !s_pointers.Contains(name)
        && (v.TryGetValue<string>(out var s) ? s.Length == 0 : v.TryGetValue<bool>(out var b) ? !b : v.TryGetValue<long>(out var l) && l == 0);

    private static void ReadRepeated(ref Cursor cursor, int wire, ProtobufField field, JsonObject into, int depth)
    {
        if (into[field.JsonName] is not JsonArray array) into[field.JsonName] = array = [];
        if (wire == 2 && field.Type is "int32" or "int64" or "uint32" or "uint64" or "bool")
        {
            var packed = new Cursor(cursor.Bytes());
            while (!packed.AtEnd) array.Add(field.Type == "bool" ? JsonValue.Create(packed.Varint() != 0) : JsonValue.Create((long)packed.Varint()));
            return;
        }
        array.Add(ReadValue(ref cursor, field.Type, depth));
    }

    private static void ReadMapEntry(ReadOnlySpan<byte> entry, ProtobufField field, string valueType, JsonObject into, int depth)
    {
        if (into[field.JsonName] is not JsonObject map) into[field.JsonName] = map = [];
        var key = "";
        JsonNode? value = null;
        var cursor = new Cursor(entry);
        while (cursor.Next(out var number, out _))
        {
            if (number == 1) key = Encoding.UTF8.GetString(cursor.Bytes());
            else if (number == 2) value = ReadValue(ref cursor, valueType, depth);
            else cursor.Skip();
        }
        map[key] = value ?? (valueType is "string" or "bytes" ? "" : new JsonObject());
    }

    private static JsonNode? ReadValue(ref Cursor cursor, string type, int depth)
    {
        switch (type)
        {
            case "string": return Encoding.UTF8.GetString(cursor.Bytes());
            case "bytes": return Convert.ToBase64String(cursor.Bytes());
            case "bool": return cursor.Varint() != 0;
            case "int32" or "int64": return (long)cursor.Varint();
            case "uint32" or "uint64": return cursor.Varint();
            case "double": return BitConverter.UInt64BitsToDouble(cursor.Fixed64());
        }
        var data = cursor.Bytes();
        var name = type[(type.LastIndexOf('.') + 1)..];
        switch (name)
        {
            case "Time": return ReadTime(data, "yyyy-MM-dd'T'HH:mm:ss'Z'");
            case "MicroTime": return ReadTime(data, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'");
            case "Quantity": return ReadSingle(data, 1);
            case "IntOrString": return ReadIntOrString(data);
            case "RawExtension" or "JSON" or "FieldsV1": return ReadRaw(data);
            case "ExtraValue" or "Verbs": return ReadStrings(data);
        }
        if (ProtobufMessages.Find(type) is not { } message) return null;
        var obj = new JsonObject();
        ReadMessage(data, message, obj, depth + 1);
        return obj;
    }

    private static JsonValue? ReadTime(ReadOnlySpan<byte> data, string format)
    {
        long seconds = 0, nanos = 0;
        var cursor = new Cursor(data);
        while (cursor.Next(out var number, out _))
        {
            if (number == 1) seconds = (long)cursor.Varint();
            else if (number == 2) nanos = (long)cursor.Varint();
            else cursor.Skip();
        }
        return seconds == 0 && nanos == 0 || seconds is < -62135596800 or > 253402300799 ? null
            : JsonValue.Create(DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / 100).ToString(format, CultureInfo.InvariantCulture));
    }

    private static JsonValue ReadSingle(ReadOnlySpan<byte> data, int field)
    {
        var text = "";
        var cursor = new Cursor(data);
        while (cursor.Next(out var number, out _))
        {
            if (number == field) text = Encoding.UTF8.GetString(cursor.Bytes());
            else cursor.Skip();
        }
        return JsonValue.Create(text);
    }

    private static JsonNode ReadIntOrString(ReadOnlySpan<byte> data)
    {
        long type = 0, number = 0;
        var text = "";
        var cursor = new Cursor(data);
        while (cursor.Next(out var field, out _))
        {
            if (field == 1) type = (long)cursor.Varint();
            else if (field == 2) number = (long)cursor.Varint();
            else if (field == 3) text = Encoding.UTF8.GetString(cursor.Bytes());
            else cursor.Skip();
        }
        return type == 0 ? JsonValue.Create(number) : JsonValue.Create(text);
    }

    private static JsonNode? ReadRaw(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> raw = [];
        var cursor = new Cursor(data);
        while (cursor.Next(out var number, out _))
        {
            if (number == 1) raw = cursor.Bytes();
            else cursor.Skip();
        }
        return raw.IsEmpty ? null : JsonNode.Parse(raw);
    }

    private static JsonArray ReadStrings(ReadOnlySpan<byte> data)
    {
        var array = new JsonArray();
        var cursor = new Cursor(data);
        while (cursor.Next(out var number, out _))
        {
            if (number == 1) array.Add(JsonValue.Create(Encoding.UTF8.GetString(cursor.Bytes())));
            else cursor.Skip();
        }
        return array;
    }

    private ref struct Cursor(ReadOnlySpan<byte> data)
    {
        private ReadOnlySpan<byte> _data = data;
        private int _wire;

        public readonly bool AtEnd => _data.IsEmpty;

        public bool Next(out int number, out int wire)
        {
            number = wire = 0;
            if (_data.IsEmpty) return false;
            var tag = Varint();
            number = (int)(tag >> 3);
            wire = _wire = (int)(tag & 7);
            return true;
        }

        public ulong Varint()
        {
            ulong value = 0;
            for (var shift = 0; shift < 64; shift += 7)
            {
                if (_data.IsEmpty) throw Truncated();
                var b = _data[0];
                _data = _data[1..];
                value |= (ulong)(b & 0x7f) << shift;
                if (b < 0x80) return value;
            }
            throw new ProtobufFormatException("proto: integer overflow");
        }

        public ulong Fixed64()
        {
            if (_data.Length < 8) throw Truncated();
            var value = BinaryPrimitives.ReadUInt64LittleEndian(_data);
            _data = _data[8..];
            return value;
        }

        public ReadOnlySpan<byte> Bytes()
        {
            if (_wire != 2) throw new ProtobufFormatException($"proto: wrong wireType = {_wire}");
            var length = Varint();
            if (length > (ulong)_data.Length) throw Truncated();
            var bytes = _data[..(int)length];
            _data = _data[(int)length..];
            return bytes;
        }

        public void Skip()
        {
            switch (_wire)
            {
                case 0: _ = Varint(); break;
                case 1: _ = Fixed64(); break;
                case 2: _ = Bytes(); break;
                case 5 when _data.Length >= 4: _data = _data[4..]; break;
                default: throw Truncated();
            }
        }

        private static ProtobufFormatException Truncated() => new("unexpected EOF");
    }
}
