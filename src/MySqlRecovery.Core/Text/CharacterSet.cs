using System.Text;

namespace MySqlRecovery.Text;

/// <summary>
/// A server character set: its name, and how its bytes become text. The mapping serves display and filters only; SQL
/// takes the bytes themselves wherever the server's mapping and .NET's might differ.
/// </summary>
internal sealed class CharacterSet
{
    private const string NoEncoding = "-";
    private readonly Lazy<Encoding?> _encoding;

    private CharacterSet(string name, int minBytes, int maxBytes, string encoding)
    {
        Name = name;
        MinBytes = minBytes;
        MaxBytes = maxBytes;
        IsUtf8 = name is "utf8mb4" or "utf8mb3" or "ascii";
        IsAsciiTransparent = name is not ("binary" or "ucs2" or "utf16" or "utf16le" or "utf32" or "swe7"
            or "sjis" or "cp932" or "big5" or "gbk" or "gb18030");
        _encoding = new(() => Open(encoding));
    }

    /// <summary>No character set: BINARY, VARBINARY and BLOB.</summary>
    public static CharacterSet Binary { get; } = new("binary", 1, 1, NoEncoding);

    /// <summary>The server's name, as in <c>SET NAMES</c>.</summary>
    public string Name { get; }

    /// <summary>Bytes of the shortest character (<c>MINLEN</c> is not in the information schema: strings/ctype-*.c, mbminlen).</summary>
    public int MinBytes { get; }

    /// <summary>Bytes of the longest character (information_schema.CHARACTER_SETS.MAXLEN).</summary>
    public int MaxBytes { get; }

    /// <summary>Whether every character takes the same number of bytes: CHAR is then of fixed length in InnoDB.</summary>
    public bool IsFixedWidth => MinBytes == MaxBytes;

    public bool IsBinary => ReferenceEquals(this, Binary);

    /// <summary>Whether valid text of this set is UTF-8 as it stands.</summary>
    public bool IsUtf8 { get; }

    /// <summary>Whether bytes below 0x80 are ASCII and nothing else, in any position.</summary>
    public bool IsAsciiTransparent { get; }

    /// <summary>The text of the bytes, or null where they are not valid or the set is binary or unknown to .NET.</summary>
    public string? Decode(ReadOnlySpan<byte> bytes)
    {
        if (_encoding.Value is not { } encoding)
            return null;
        try
        {
            return encoding.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The bytes of a text, or null where the set does not have it, or is binary or unknown to .NET.</summary>
    public byte[]? Encode(string text)
    {
        if (_encoding.Value is not { } encoding)
            return null;
        try
        {
            byte[] bytes = encoding.GetBytes(text);
            return Decode(bytes) == text ? bytes : null;
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    /// <param name="name">The server's name.</param>
    /// <param name="minBytes">Bytes of the shortest character.</param>
    /// <param name="maxBytes">Bytes of the longest character.</param>
    /// <param name="encoding">.NET's name of it or its code page, or a hyphen where .NET has none.</param>
    internal static CharacterSet Create(string name, int minBytes, int maxBytes, string encoding) =>
        name == Binary.Name ? Binary : new CharacterSet(name, minBytes, maxBytes, encoding);

    private static Encoding? Open(string encoding)
    {
        EncoderFallback noEncoder = EncoderFallback.ExceptionFallback;
        DecoderFallback noDecoder = DecoderFallback.ExceptionFallback;
        return encoding == NoEncoding ? null
            : int.TryParse(encoding, out int codePage) ? CodePagesEncodingProvider.Instance.GetEncoding(codePage, noEncoder, noDecoder)
            : Encoding.GetEncoding(encoding, noEncoder, noDecoder);
    }
}
