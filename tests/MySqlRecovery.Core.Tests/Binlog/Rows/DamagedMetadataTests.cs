using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Binlog.Rows;

public sealed class DamagedMetadataTests : IDisposable
{
    private const byte ColumnName = 4, SimplePrimaryKey = 8;
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Two_columns_of_one_name_are_an_error_of_the_row_and_not_of_the_log()
    {
        RowChange row = Row([ColumnName, 4, 1, (byte)'a', 1, (byte)'A']);

        var error = Assert.Throws<RecoveryException>(() => row.After);

        Assert.Equal("RowMalformed", error.ErrorId);
        Assert.Equal([7, 0, 0, 0], row.AfterImage![1..5]);
    }

    [Fact]
    public void A_primary_key_that_names_a_column_twice_is_an_error_at_the_table_map()
    {
        var error = Assert.Throws<RecoveryException>(() => Row([SimplePrimaryKey, 2, 1, 1]));

        Assert.Equal("BinlogEventMalformed", error.ErrorId);
    }

    private RowChange Row(byte[] metadata)
    {
        string log = new SmallLog()
            .Add(BinlogEventType.TableMap, [1, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'d', 0, 1, (byte)'t', 0, 2, 3, 3, 0, 0, .. metadata])
            .Add(BinlogEventType.WriteRowsV1, 1, 0, 0, 0, 0, 0, 1, 0, 2, 3, 0, 7, 0, 0, 0, 8, 0, 0, 0)
            .WriteTo(_folder);
        return Assert.Single(BinlogRecovery.ReadRowChanges(BinlogRecovery.ReadEvents([log])));
    }
}
