using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Model;

namespace MySqlRecovery.Changes;

/// <summary>
/// Turns a row event into the one that undoes it: rows in reverse, images, column bitmaps and partition ids swapped.
/// Values are moved as bytes, never decoded.
/// </summary>
internal static class RowsReverser
{
    private const byte PartitionInfo = 1;

    /// <summary>Writes the body of the undoing event; <paramref name="body"/> has room for the head and the kept rows exactly.</summary>
    [MethodImpl(Jit.Hot)]
    public static void Write(in RowsEvent rows, TableMap map, RowPredicate? where, StatementPart part, Span<byte> body)
    {
        bool isUpdate = rows.Operation == RowOperation.Update;
        WriteHead(rows, part, body);
        ReadOnlySpan<byte> source = rows.Rows;
        Span<byte> target = body[rows.At.Rows..];
        int end = target.Length;
        var cursor = new RowCursor(rows, map);
        while (cursor.MoveNext())
        {
            if (where != null && !where.IsMatch(cursor))
                continue;
            end -= cursor.End - cursor.Start;
            Span<byte> row = target[end..];
            if (isUpdate)
            {
                source[cursor.Middle..cursor.End].CopyTo(row);
                source[cursor.Start..cursor.Middle].CopyTo(row[(cursor.End - cursor.Middle)..]);
            }
            else
            {
                source[cursor.Start..cursor.End].CopyTo(row);
            }
        }

        if (end != 0)
            throw new InvalidDataException("the rows of the event are not those that were counted");
    }

    /// <summary>Writes the head of the undoing event, after which its rows come.</summary>
    [MethodImpl(Jit.Hot)]
    public static void WriteHead(in RowsEvent rows, StatementPart part, Span<byte> head)
    {
        RowsEvent.Offsets at = rows.At;
        rows.Body[..at.Rows].CopyTo(head);
        RowsEventFlags flags = rows.Flags & ~RowsEventFlags.StatementEnd;
        if (part.HasFlag(StatementPart.End))
            flags |= RowsEventFlags.StatementEnd;
        // The rows that a cascade changed are undone by events of their own, so that nothing may cascade from the parent's.
        if (flags.HasFlag(RowsEventFlags.UseSqlForeignKey) && part.HasFlag(StatementPart.OfSeveral)
            && rows.Operation != RowOperation.Delete)
            flags |= RowsEventFlags.NoForeignKeyChecks;
        BinaryPrimitives.WriteUInt16LittleEndian(head[at.Flags..], (ushort)flags);
        if (rows.Operation == RowOperation.Update)
        {
            rows.ColumnsAfter.CopyTo(head[at.Columns..]);
            rows.Columns.CopyTo(head[at.ColumnsAfter..]);
            SwapPartitions(head[at.ExtraRowInfo..at.ColumnCount]);
        }
    }

    // Type 1: the new partition id 2, for updates the old one 2. Type 0 (NDB): a length that counts itself and the type.
    [MethodImpl(Jit.Hot)]
    private static void SwapPartitions(Span<byte> info)
    {
        for (int at = 0; at < info.Length;)
        {
            if (info[at] == PartitionInfo && info.Length - at >= 5)
            {
                (info[at + 1], info[at + 3]) = (info[at + 3], info[at + 1]);
                (info[at + 2], info[at + 4]) = (info[at + 4], info[at + 2]);
                at += 5;
            }
            else if (info[at] == 0 && info.Length - at >= 2 && info[at + 1] >= 2)
            {
                at += 1 + info[at + 1];
            }
            else
            {
                return;
            }
        }
    }
}
