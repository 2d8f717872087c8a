using System.Collections;
using System.Collections.Immutable;

namespace Portal.Web.Components.Shared;

/// <summary>A list that equals another of equal items, so that a record of what a page shows can be compared.</summary>
public sealed class EquatableArray<T>(ImmutableArray<T> items) : IReadOnlyList<T>, IEquatable<EquatableArray<T>>
{
    public int Count => items.Length;
    public T this[int index] => items[index];

    public bool Equals(EquatableArray<T>? other) => other is not null && items.SequenceEqual(other.ToImmutable());
    public override bool Equals(object? obj) => Equals(obj as EquatableArray<T>);
    public override int GetHashCode() => items.Length;
    public ImmutableArray<T> ToImmutable() => items;
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)items).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
