namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Values of headers as Envoy formats them: text with <c>%VARIABLE%</c>, <c>%VARIABLE(argument)%</c>, <c>%VARIABLE(["argument"])%</c>; <c>%%</c> is a percent sign.</summary>
internal static class HeaderFormat
{
    private enum In { Text, Name, Arguments, NextString, String, AfterString, ArgumentsEnd, VariableEnd }

    /// <summary>What is wrong with a value, or null.</summary>
    public static string? Problem(string value)
    {
        if (value.Any(c => c is < ' ' and not '\t' or '\x7f')) return $"header value configuration {value} is invalid";
        return Format(value) is { } problem ? $"header value configuration: invalid header configuration. {problem}" : null;
    }

    private static string? Format(string value)
    {
        var state = In.Text;
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            var last = i == value.Length - 1;
            switch (state)
            {
                case In.Text when c == '%':
                    if (last) return "Un-escaped %";
                    if (value[i + 1] == '%') i++;
                    else state = In.Name;
                    break;
                case In.Name when c is '%' or '(': state = c == '%' ? In.Text : In.Arguments; break;
                case In.Arguments when c != ' ': state = c == '[' ? In.NextString : In.String; break;
                case In.AfterString when c is ',' or ']': state = c == ',' ? In.NextString : In.ArgumentsEnd; break;
                case In.AfterString when c != ' ': return "Expecting ',', ']', or whitespace";
                case In.NextString when c == '"': state = In.String; break;
                case In.NextString when c != ' ': return "Expecting '\"'";
                case In.String when c == '\\':
                    if (last) return "Un-terminated backslash in JSON string";
                    i++;
                    break;
                case In.String when c is ')' or '"': state = c == ')' ? In.VariableEnd : In.AfterString; break;
                case In.ArgumentsEnd when c == ')': state = In.VariableEnd; break;
                case In.ArgumentsEnd when c != ' ': return "Expecting ')' or whitespace after '{}', but found '{}'";
                case In.VariableEnd when c == '%': state = In.Text; break;
                case In.VariableEnd when c != ' ': return "Expecting '%' or whitespace after";
            }
        }
        return state == In.Text ? null : $"Un-terminated variable expression '{value}'";
    }
}
