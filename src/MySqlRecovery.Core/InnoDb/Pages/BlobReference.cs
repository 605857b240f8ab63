namespace MySqlRecovery.InnoDb.Pages;

/// <summary>The 20 bytes that stand for an off-page column (lob0lob.h): space, page, offset or version, length with flags.</summary>
internal readonly record struct BlobReference(uint SpaceId, uint PageNumber, uint Offset, ulong LengthAndFlags)
{
    public const int Length = 20;

    private const ulong LengthMask = 0x1FFF_FFFF_FFFF_FFFF; // the upper three bits: not the owner, inherited, being modified

    /// <summary>Bytes of the column that are off-page.</summary>
    public ulong DataLength => LengthAndFlags & LengthMask;

    /// <summary>All zero: the column was about to be written when the server died.</summary>
    public bool IsZero => SpaceId == 0 && PageNumber == 0 && Offset == 0 && LengthAndFlags == 0;

    public static BlobReference Read(ReadOnlySpan<byte> page, int at) => new(
        FilPage.U32(page, at), FilPage.U32(page, at + 4), FilPage.U32(page, at + 8), FilPage.U64(page, at + 12));
}
