using System.Collections;
using System.ComponentModel;
using System.Reflection;
using Microsoft.Extensions.Options;
using Portal.Shared;

namespace Portal.Web.Hosting.Settings;

/// <summary>
/// Refuses settings below <c>Portal:</c> that nothing reads: a misspelt one would be ignored in silence. What is known
/// are the properties of all options types whose <c>SectionName</c> lies there.
/// </summary>
internal sealed class UnknownSettings
{
    private const string Root = "Portal";

    /// <summary>Said by <see cref="Secrets"/> of the key that it stands for.</summary>
    private const string FileSuffix = "_FILE";

    private readonly ILookup<string, Type> _sections;

    /// <param name="services">With every options type configured.</param>
    public UnknownSettings(IServiceCollection services) =>
        _sections = services
            .Select(s => s.ServiceType)
            .Where(t => t.IsGenericType && t.GetGenericTypeDefinition() == typeof(IConfigureOptions<>))
            .Select(t => t.GenericTypeArguments[0])
            .Distinct()
            .ToLookup(SectionOf, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="OptionsValidationException">Names every unknown key, and what it may have meant.</exception>
    public void Refuse(IConfiguration configuration)
    {
        List<string> problems = [.. FindIn(configuration.GetSection(Root), [.. _sections[Root]])];
        if (problems.Count > 0) throw new OptionsValidationException(Root, typeof(UnknownSettings), problems);
    }

    private IEnumerable<string> FindIn(IConfigurationSection section, IReadOnlyCollection<Type> types)
    {
        var properties = types
            .SelectMany(t => t.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Where(p => p.CanWrite || !IsLeaf(p.PropertyType))
            .ToLookup(p => p.Name, p => p.PropertyType, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            List<Type> below = [.. properties[child.Key], .. _sections[child.Path]];
            if (below.Count == 0 && child.Key.EndsWith(FileSuffix, StringComparison.OrdinalIgnoreCase))
                below.AddRange(properties[child.Key[..^FileSuffix.Length]]);
            if (below.Count > 0)
            {
                foreach (var problem in FindBelow(child, below)) yield return problem;
            }
            else if (IsOnTheWay(child.Path))
            {
                foreach (var problem in FindIn(child, [])) yield return problem;
            }
            else
            {
                yield return Describe(child, [.. properties.Select(p => p.Key), .. NextNames(section.Path)]);
            }
        }
    }

    private IEnumerable<string> FindBelow(IConfigurationSection child, List<Type> types)
    {
        if (types.TrueForAll(IsLeaf))
            return child.GetChildren().Select(c => $"{c.Path} is not a setting: {child.Path} has no parts.");
        if (types.Find(t => ElementOf(t) is not null) is { } collection)
        {
            var element = ElementOf(collection)!;
            return IsLeaf(element) ? [] : child.GetChildren().SelectMany(c => FindIn(c, [element]));
        }
        return FindIn(child, types);
    }

    private bool IsOnTheWay(string path) =>
        _sections.Any(s => s.Key.StartsWith(path + ConfigurationPath.KeyDelimiter, StringComparison.OrdinalIgnoreCase));

    private IEnumerable<string> NextNames(string path) =>
        from section in _sections
        where section.Key.StartsWith(path + ConfigurationPath.KeyDelimiter, StringComparison.OrdinalIgnoreCase)
        select section.Key[(path.Length + 1)..].Split(ConfigurationPath.KeyDelimiter)[0];

    private static string Describe(IConfigurationSection unknown, IEnumerable<string> known)
    {
        var parent = unknown.Path[..^(unknown.Key.Length + 1)];
        var names = known.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal).ToList();
        var nearest = names.MinBy(n => EditDistance.Between(n, unknown.Key));
        return
            nearest is not null
            && EditDistance.Between(nearest, unknown.Key) <= Math.Max(2, unknown.Key.Length / 3)
            ? $"{unknown.Path} is not a setting. Did you mean {parent}:{nearest}?"
            : $"{unknown.Path} is not a setting. {parent} has {string.Join(", ", names)}.";
    }

    private static string SectionOf(Type options) =>
        options.GetField("SectionName", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string
        ?? "";

    private static bool IsLeaf(Type type) =>
        TypeDescriptor.GetConverter(Nullable.GetUnderlyingType(type) ?? type).CanConvertFrom(typeof(string));

    private static Type? ElementOf(Type type) =>
        type == typeof(string) || !typeof(IEnumerable).IsAssignableFrom(type) ? null
        : type.IsArray ? type.GetElementType()
        : type.GenericTypeArguments.LastOrDefault();
}
