using MySqlRecovery.IO;
using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.InnoDb.Records;

namespace MySqlRecovery.InnoDb.Tablespace;

/// <summary>The description of an index's fields with which the compressed part of each of its pages begins.</summary>
internal static class ZipDescription
{
    private const int LongField = 126; // values from here on take two bytes

    /// <summary>
    /// Whether the fields that a leaf page of a secondary index describes, at the beginning of its compressed part, are those
    /// of a layout (page0zip.cc, page_zip_fields_encode). True as well where the page cannot be expanded.
    /// </summary>
    public static bool Fits(ReadOnlySpan<byte> page, RecordLayout records)
    {
        byte[] expected = Of(records), found = new byte[expected.Length];
        try
        {
            using var compressed = new MemoryStream(page[IndexPage.FirstRecordArea..].ToArray());
            using var zlib = new InflatingStream(compressed);
            // MariaDB writes 0 for the number of fields that can be NULL.
            return zlib.ReadAtLeast(found, found.Length, throwOnEndOfStream: false) == found.Length
                && found.AsSpan(0, found.Length - 1).SequenceEqual(expected.AsSpan(0, found.Length - 1))
                    && (found[^1] == 0 || found[^1] == expected[^1]);
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }

    // Fields without a length of their own and without NULL are added up; then how many fields can be NULL.
    private static byte[] Of(RecordLayout records)
    {
        var bytes = new List<byte>();
        int run = 0;
        foreach (RecordField field in records.Fields)
        {
            bool isFixed = field.FixedLength > 0;
            if (run > 0 && (!isFixed || field.IsNullable || run + field.FixedLength > ColumnStorage.LongestFixedField))
                EndRun();
            if (isFixed && !field.IsNullable)
                run += field.FixedLength;
            else if (isFixed)
                Number(field.FixedLength << 1);
            else
                bytes.Add((byte)((field.IsNullable ? 0 : 1) | (field.IsBig ? LongField : 0)));
        }

        if (run > 0)
            EndRun();
        int nullable = records.Fields.Count(f => f.IsNullable);
        if (nullable >= 0x80)
            bytes.Add((byte)(0x80 | (nullable >> 7)));
        bytes.Add((byte)nullable);
        return [.. bytes];

        void EndRun()
        {
            Number((run << 1) | 1);
            run = 0;
        }

        void Number(int value)
        {
            if (value >= LongField)
                bytes.Add((byte)(0x80 | (value >> 7)));
            bytes.Add((byte)value);
        }
    }
}
