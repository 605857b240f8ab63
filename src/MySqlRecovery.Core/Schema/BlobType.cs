namespace MySqlRecovery.Schema;

/// <summary>The four sizes of BLOB and TEXT, of which the server takes the smallest that fits.</summary>
internal static class BlobType
{
    private static readonly string[] Blobs = ["tinyblob", "blob", "mediumblob", "longblob"];
    private static readonly string[] Texts = ["tinytext", "text", "mediumtext", "longtext"];

    public static bool IsBlob(string dataType) => Array.IndexOf(Blobs, dataType) >= 0;

    public static bool IsText(string dataType) => Array.IndexOf(Texts, dataType) >= 0;

    /// <summary>The BLOB type of the size of a TEXT type.</summary>
    public static string ToBlob(string text) => Blobs[Array.IndexOf(Texts, text)];

    /// <summary>The type for TEXT(n) or BLOB(n).</summary>
    /// <param name="dataType">A type of the family.</param>
    /// <param name="bytes">How long a value may be.</param>
    public static string Fitting(string dataType, ulong bytes)
    {
        string[] family = IsBlob(dataType) ? Blobs : Texts;
        return family[bytes switch { < 1 << 8 => 0, < 1 << 16 => 1, < 1 << 24 => 2, _ => 3 }];
    }

    /// <summary>The type that CONVERT TO CHARACTER SET makes of a TEXT, so that as many characters fit as before.</summary>
    public static string Converted(string text, uint bytesPerCharacter, uint newBytesPerCharacter)
    {
        int size = Array.IndexOf(Texts, text);
        ulong characters = ((1UL << (8 * (size + 1))) - 1) / bytesPerCharacter;
        string fitting = Fitting(text, characters * newBytesPerCharacter);
        return Texts[Math.Max(size, Array.IndexOf(Texts, fitting))];
    }
}
