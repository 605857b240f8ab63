using System.Text;

namespace MySqlRecovery.Text;

/// <summary>
/// A server character set: its name, and how its bytes become text. The mapping serves display and filters only; SQL
/// takes the bytes themselves wherever the server's mapping and .NET's might differ.
/// </summary>
internal sealed class CharacterSet
{
    private readonly Lazy<Encoding?> _encoding;

    private CharacterSet(string name, string? encoding, int codePage)
    {
        Name = name;
        IsUtf8 = name is "utf8mb4" or "utf8mb3" or "ascii";
        IsAsciiTransparent = name is not ("binary" or "ucs2" or "utf16" or "utf16le" or "utf32" or "swe7"
            or "sjis" or "cp932" or "big5" or "gbk" or "gb18030");
        _encoding = new(() => Open(encoding, codePage));
    }

    /// <summary>No character set: BINARY, VARBINARY and BLOB.</summary>
    public static CharacterSet Binary { get; } = new("binary", null, 0);

    /// <summary>The server's name, as in <c>SET NAMES</c>.</summary>
    public string Name { get; }

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

    internal static CharacterSet Named(string name, string? encoding, int codePage) =>
        name == "binary" ? Binary : new CharacterSet(name, encoding, codePage);

    private static Encoding? Open(string? encoding, int codePage)
    {
        if (encoding != null)
            return Encoding.GetEncoding(encoding, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        return codePage == 0 ? null : CodePagesEncodingProvider.Instance.GetEncoding(
            codePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
    }
}
