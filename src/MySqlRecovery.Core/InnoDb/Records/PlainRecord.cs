using System.Runtime.CompilerServices;
using MySqlRecovery.InnoDb.Pages;

namespace MySqlRecovery.InnoDb.Records;

/// <summary>
/// Reads the compact records that most are: all fields there, none NULL, none off-page. Compiled once a layout: a record
/// is read in as many steps as it has fields with a length of their own.
/// </summary>
internal sealed class PlainRecord
{
    private readonly Step[] _steps;
    private readonly int _tail;
    private readonly int _nullBytes;
    private readonly int _trxIdStep;
    private readonly int _trxIdOffset;

    private PlainRecord(RecordLayout layout)
    {
        var steps = new List<Step>();
        int run = 0;
        for (int i = 0; i < layout.Fields.Count; i++)
        {
            RecordField field = layout.Fields[i];
            if (i == layout.TrxIdField)
                (_trxIdStep, _trxIdOffset) = (steps.Count, run);
            run += field.FixedLength;
            if (field.FixedLength != 0)
                continue;
            steps.Add(new Step(run, field.IsBig));
            run = 0;
        }

        _steps = [.. steps];
        _tail = run;
        _nullBytes = (layout.Fields.Count(f => f.IsNullable) + 7) / 8;
    }

    /// <summary>The reader of a layout; null where records of one page may have different fields.</summary>
    public static PlainRecord? Of(RecordLayout layout) =>
        layout.Fields.All(f => f.VersionAdded == 0 && f.VersionDropped == 0) ? new PlainRecord(layout) : null;

    /// <summary>False where the record is none of these, or does not fit the page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="record">Has its origin; gets the rest.</param>
    /// <param name="nulls">Offset of the first byte of NULL bits; they and the lengths go downwards.</param>
    [MethodImpl(Jit.Hot)]
    public bool Read(ReadOnlySpan<byte> page, ref LeafRecord record, int nulls)
    {
        int lengths = nulls - _nullBytes, data = record.Origin;
        if (lengths < IndexPage.FirstRecordArea || page.Slice(lengths + 1, _nullBytes).ContainsAnyExcept((byte)0))
            return false;
        for (int i = 0; i < _steps.Length; i++)
        {
            if (i == _trxIdStep)
                record.TrxId = data + _trxIdOffset;
            data += _steps[i].Fixed;
            // Two bytes of length at most.
            if (lengths <= IndexPage.FirstRecordArea)
                return false;
            int length = page[lengths--];
            if (_steps[i].IsBig && (length & 0x80) != 0)
            {
                if ((length & 0x40) != 0)
                    return false;
                length = (length & 0x3F) << 8 | page[lengths--];
            }

            data += length;
        }

        if (_trxIdStep == _steps.Length)
            record.TrxId = data + _trxIdOffset;
        record.Start = lengths + 1;
        record.End = data + _tail;
        return record.End <= page.Length;
    }

    /// <summary>A field with a length of its own, and how many bytes of fields without come before it.</summary>
    private readonly record struct Step(int Fixed, bool IsBig);
}
