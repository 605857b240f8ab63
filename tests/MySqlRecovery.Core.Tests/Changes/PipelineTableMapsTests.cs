using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Binlog.Scan;
using MySqlRecovery.Changes;
using MySqlRecovery.Core.Tests.Binlog;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using Xunit;

namespace MySqlRecovery.Core.Tests.Changes;

/// <summary>The table d.t of a log that names no columns, read with a schema that does.</summary>
public sealed class PipelineTableMapsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlrecovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_a_schema_said_where_a_row_was_read_stays_with_the_row()
    {
        string log = new SmallLog().AddBegin().AddTable(3).AddInsert([0xFF, 0xFF, 0xFF, 0xFF]).AddCommit().WriteTo(_folder);
        var schema = new LogSchema(SchemaCatalog.Parse("CREATE TABLE d.t (n INT UNSIGNED NULL, KEY (n))"));
        BinlogEvent rows = BinlogRecovery.ReadEvents([log]).Single(e => e.Operation != null);
        RowChange row = Assert.Single(rows.ToRowChanges(new PipelineTableMaps(schema).Find(rows)!, where: null));

        TableMap map = new PipelineTableMaps(schema: null).Find(row);

        Assert.Equal(("n", true, true), (map.Columns[0].Name, map.Columns[0].IsNameKnown, map.Columns[0].IsUnsigned));
    }
}
