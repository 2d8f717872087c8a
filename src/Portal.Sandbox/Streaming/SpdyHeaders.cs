using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Portal.Sandbox.Streaming;

/// <summary>
/// SPDY/3.1 header blocks. Incoming ones are one zlib stream with the protocol's preset dictionary; .NET has no way to set a
/// dictionary, so a raw inflater is primed with it as a stored block. Outgoing ones are plain zlib, which every reader takes.
/// </summary>
internal sealed class SpdyHeaders : IDisposable
{
    private const int ZlibHeaderAndDictionaryId = 6;
    private static readonly byte[] s_dictionary = BuildDictionary();

    private readonly Feed _feed = new();
    private readonly DeflateStream _inflater;
    private readonly MemoryStream _sent = new();
    private readonly ZLibStream _deflater;
    private bool _first = true;

    public SpdyHeaders()
    {
        var length = (ushort)s_dictionary.Length;
        _feed.Add([0, (byte)length, (byte)(length >> 8), (byte)~length, (byte)(~length >> 8)]);
        _feed.Add(s_dictionary);
        _inflater = new DeflateStream(_feed, CompressionMode.Decompress);
        _inflater.ReadExactly(new byte[s_dictionary.Length]);
        _deflater = new ZLibStream(_sent, CompressionLevel.Fastest);
    }

    /// <exception cref="InvalidDataException">The block is not what the protocol says.</exception>
    public Dictionary<string, string> Read(ReadOnlySpan<byte> block)
    {
        if (_first)
        {
            if (block.Length < ZlibHeaderAndDictionaryId) throw new InvalidDataException("short header block");
            block = block[ZlibHeaderAndDictionaryId..];
            _first = false;
        }
        _feed.Add(block.ToArray());
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var count = ReadLength();
        if (count > 64) throw new InvalidDataException("too many headers");
        for (var i = 0; i < count; i++) headers[ReadText()] = ReadText();
        return headers;
    }

    /// <summary>An empty header block for a reply.</summary>
    public byte[] WriteEmpty()
    {
        _deflater.Write([0, 0, 0, 0]);
        _deflater.Flush();
        var block = _sent.ToArray();
        _sent.SetLength(0);
        return block;
    }

    public void Dispose()
    {
        _inflater.Dispose();
        _deflater.Dispose();
        _sent.Dispose();
    }

    private int ReadLength()
    {
        Span<byte> four = stackalloc byte[4];
        _inflater.ReadExactly(four);
        return BinaryPrimitives.ReadInt32BigEndian(four);
    }

    private string ReadText()
    {
        var length = ReadLength();
        if (length is < 0 or > 8192) throw new InvalidDataException("header is too long");
        var bytes = new byte[length];
        _inflater.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>The dictionary of the SPDY/3 specification, section 2.6.10.1: words with their lengths, then a tail of common values.</summary>
    private static byte[] BuildDictionary()
    {
        const string Words = "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow authorization cache-control connection content-base content-encoding content-language content-length content-location content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status 200_OK version HTTP/1.1 url public set-cookie keep-alive origin";
        const string Tail = "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";
        using var bytes = new MemoryStream();
        var length = new byte[4];
        foreach (var word in Words.Split(' '))
        {
            BinaryPrimitives.WriteInt32BigEndian(length, word.Length);
            bytes.Write(length);
            bytes.Write(Encoding.ASCII.GetBytes(word.Replace('_', ' ')));
        }
        bytes.Write(Encoding.ASCII.GetBytes(Tail));
        return bytes.ToArray();
    }

    /// <summary>A stream of what was fed. The reader asks only for what is there, so it never meets an end.</summary>
    private sealed class Feed : Stream
    {
        private readonly Queue<byte[]> _blocks = new();
        private int _position;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public void Add(byte[] block)
        {
            if (block.Length > 0) _blocks.Enqueue(block);
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (!_blocks.TryPeek(out var block)) return 0;
            var n = Math.Min(count, block.Length - _position);
            block.AsSpan(_position, n).CopyTo(buffer.AsSpan(offset));
            _position += n;
            if (_position == block.Length)
            {
                _blocks.Dequeue();
                _position = 0;
            }
            return n;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
