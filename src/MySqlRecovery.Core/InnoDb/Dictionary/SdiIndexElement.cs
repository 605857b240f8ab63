namespace MySqlRecovery.InnoDb.Dictionary;

/// <summary>A field of an index in the SDI.</summary>
/// <param name="Column">Zero-based position among the table's columns.</param>
/// <param name="Length">Bytes of the prefix that is indexed, 4294967295 for hidden fields.</param>
/// <param name="IsHidden">Not named by the user.</param>
/// <param name="Order">2 ascending, 3 descending.</param>
internal sealed record SdiIndexElement(int Column, uint Length, bool IsHidden, int Order);
