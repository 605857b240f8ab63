namespace MySqlRecovery.Binlog.Rows;

/// <summary>Where a value lies in a row image, without its length prefix.</summary>
/// <param name="Start">First byte.</param>
/// <param name="Length">Bytes; -1 for NULL, 0 for an empty value.</param>
internal readonly record struct ValueRange(int Start, int Length)
{
    public bool IsNull => Length < 0;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> image) => image.Slice(Start, Length);
}
