using MySqlRecovery.IO;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog;

/// <summary>Events that are too long for the pools, which are held once and written piece by piece.</summary>
public sealed class LargeEventTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void They_are_read_undone_and_their_undo_is_undone()
    {
        byte[] first = Value(1, LargeBuffer.Threshold + 5), second = Value(2, 7), third = Value(3, LargeBuffer.Threshold + 99);
        var log = new SmallLog();
        log.AddBegin().AddTable(252, 4).AddInsert(first, second)
            .Add(BinlogEventType.UpdateRowsV1, [1, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 0, .. first, 0, .. third]).AddCommit();
        string path = Path.Combine(_folder, "binlog.000001"), undone = Path.Combine(_folder, "undo"),
            redone = Path.Combine(_folder, "redo");
        File.WriteAllBytes(path, log.Bytes);

        BinlogEvent[] events = [.. BinlogRecovery.ReadEvents([path]).Where(e => e.Operation != null)];
        Assert.Equal([2, 1], events.Select(e => e.RowCount));
        Assert.All(events, e => Assert.Equal(e.Size, e.RawEvent!.Length));
        string[] rows = Rows(path);
        Assert.Equal(["Insert 1", "Insert 2", "Update 1 3"], rows);

        UndoBinlog undo = BinlogRecovery.WriteUndoBinlog(events, undone);
        Assert.Equal((3, true, true), (undo.RowCount, undo.IsComplete, undo.IsVerified));
        string direct = Path.Combine(_folder, "direct");
        Assert.True(new BinlogReader([path]).WriteUndoBinlog(direct).IsVerified);
        Assert.Equal(["Update 3 1", "Delete 2", "Delete 1"], Rows(direct));
        Assert.Equal(Rows(direct), Rows(undone));
        new BinlogReader([direct]).WriteUndoBinlog(redone);
        Assert.Equal(rows, Rows(redone));
    }

    [Fact]
    public void A_row_whose_statement_no_server_takes_is_named()
    {
        using var text = new MySqlRecovery.Text.TextBuffer { MaximumLength = 1 << 20 };
        text.Append(new byte[1000]);
        Assert.Throws<MySqlRecovery.Text.TextTooLongException>(() => text.AppendHex(new byte[600_000]));
        Assert.Throws<MySqlRecovery.Text.TextTooLongException>(() => text.Append(new byte[1 << 20]));
        Assert.Equal(1000, text.Length);
    }

    private static byte[] Value(byte fill, int length)
    {
        byte[] bytes = [.. BitConverter.GetBytes(length), .. new byte[length]];
        bytes.AsSpan(4).Fill(fill);
        return bytes;
    }

    private static string[] Rows(string path) =>
        [.. new BinlogReader([path]).ReadRowChanges()
            .Select(r => $"{r.Operation} {Fill(r.Before)} {Fill(r.After)}".Replace("  ", " ", StringComparison.Ordinal).Trim())];

    // Without metadata a BLOB may be text.
    private static string Fill(System.Collections.IDictionary? row) => row?["@1"] switch
    {
        byte[] value => $"{value[0]}{(value.AsSpan().ContainsAnyExcept(value[0]) ? " torn" : "")}",
        string text => $"{(int)text[0]}{(text.AsSpan().ContainsAnyExcept(text[0]) ? " torn" : "")}",
        _ => string.Empty,
    };
}
