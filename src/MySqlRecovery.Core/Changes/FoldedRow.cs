namespace MySqlRecovery.Changes;

/// <summary>What all changes of one key come to: the row as the first of them found it, and as the last one left it.</summary>
/// <param name="Map">Index into the index's maps.</param>
/// <param name="First">The image of before; without length where there was no row.</param>
/// <param name="Last">The image of after; without length where there is no row.</param>
/// <param name="LastHash">Hash of the last image, to see whether the next change found it so.</param>
/// <param name="LastEvent">The event that changed it last.</param>
internal readonly record struct FoldedRow(int Map, FoldedRow.Image First, FoldedRow.Image Last, UInt128 LastHash, int LastEvent)
{
    /// <summary>Where an image is.</summary>
    /// <param name="Source">Index into the index's sources.</param>
    /// <param name="Length">Bytes; 0 for no row.</param>
    /// <param name="Offset">Where it starts.</param>
    internal readonly record struct Image(int Source, int Length, long Offset)
    {
        public bool IsRow => Length > 0;
    }
}
