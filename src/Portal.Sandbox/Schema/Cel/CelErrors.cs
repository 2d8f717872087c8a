namespace Portal.Sandbox.Schema.Cel;

/// <summary>An expression that cannot be compiled.</summary>
internal sealed class CelSyntaxException(string message, int position) : Exception(message)
{
    /// <summary>The message as cel-go prints it, with the line and a mark under the place.</summary>
    public string Describe(string source)
    {
        var at = Math.Clamp(position, 0, source.Length);
        var line = source.AsSpan(0, at).Count('\n');
        var begin = at == 0 ? 0 : source.LastIndexOf('\n', at - 1) + 1;
        var end = source.IndexOf('\n', begin) is >= 0 and var next ? next : source.Length;
        return $"ERROR: <input>:{line + 1}:{at - begin + 1}: {Message}\n | {source[begin..end]}\n | {new string('.', at - begin)}^";
    }
}

/// <summary>An evaluation that has no value: a missing key, a number out of range, operands that no function takes.</summary>
internal class CelEvaluationException(string message) : Exception(message)
{
    public static CelEvaluationException NoOverload() => new("no such overload");

    public static CelEvaluationException NoSuchKey(object? key) => new($"no such key: {CelValues.Text(key)}");

    public static CelEvaluationException Overflow() => new("integer overflow");

    public static CelEvaluationException Conversion(object? value, string type) => new($"type conversion error from '{CelValues.TypeName(value)}' to '{type}'");
}

/// <summary>The rules of an object have used up their steps.</summary>
internal sealed class CelBudgetException() : CelEvaluationException("operation cancelled: actual cost limit exceeded");
