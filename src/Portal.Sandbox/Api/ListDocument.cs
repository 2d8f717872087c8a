using System.Buffers;
using System.Text;

namespace Portal.Sandbox.Api;

/// <summary>
/// A list on its way out: never whole in memory, because a full store's would be as large as the store.
/// </summary>
/// <param name="Head">The text up to the first item; the list ends with <c>]}</c>.</param>
/// <param name="Items">Made as they are read.</param>
/// <param name="Size">Bytes of the stored objects, for choosing how to send them.</param>
internal sealed record ListDocument(string Head, IEnumerable<ReadOnlyMemory<byte>> Items, long Size)
{
    /// <summary>Pieces of at least this many bytes are sent at a time.</summary>
    private const int Piece = 64 * 1024;

    /// <summary>Writes the list; <paramref name="flush"/> is called whenever a piece is full.</summary>
    public async Task WriteAsync(IBufferWriter<byte> to, Func<ValueTask> flush)
    {
        to.Write(Encoding.UTF8.GetBytes(Head));
        var first = true;
        var pending = 0;
        foreach (var item in Items)
        {
            if (!first) to.Write(","u8);
            first = false;
            to.Write(item.Span);
            if ((pending += item.Length) < Piece) continue;
            pending = 0;
            await flush().ConfigureAwait(false);
        }
        to.Write("]}"u8);
        await flush().ConfigureAwait(false);
    }
}
