using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Schema;
using Xunit;

namespace MySqlRecovery.Core.Tests.Schema;

/// <summary>A table map of one column, and a CREATE TABLE that says the same or something else of it.</summary>
public class SchemaComparisonTests
{
    private const byte Long = 3, Bit = 16, Timestamp2 = 17, DateTime2 = 18, VarChar = 15, Vector = 242, NewDecimal = 246, Blob = 252,
        String = 254,
        Geometry = 255;

    private const byte Signedness = 1, DefaultCharset = 2, ColumnName = 4, EnumStrings = 6, GeometryType = 7, SimplePrimaryKey = 8,
        VectorDimensions = 13;

    [Theory]
    [InlineData("INT", "INT UNSIGNED", Long, new byte[0], true, new byte[] { Signedness, 1, 0x00 })]
    [InlineData("INT UNSIGNED", "INT", Long, new byte[0], true, new byte[] { Signedness, 1, 0x80 })]
    [InlineData("INT NOT NULL", "INT NULL", Long, new byte[0], false, new byte[0])]
    [InlineData("INT", "INT NOT NULL", Long, new byte[0], true, new byte[0])]
    [InlineData("DATETIME(6)", "DATETIME", DateTime2, new byte[] { 6 }, true, new byte[0])]
    [InlineData("DATETIME", "DATETIME(3)", DateTime2, new byte[] { 0 }, true, new byte[0])]
    [InlineData("TIMESTAMP(3) NULL", "TIMESTAMP(2) NULL", Timestamp2, new byte[] { 3 }, true, new byte[0])]
    [InlineData("BIT(9)", "BIT(8)", Bit, new byte[] { 1, 1 }, true, new byte[0])]
    [InlineData("DECIMAL(5,2)", "DECIMAL(5,1)", NewDecimal, new byte[] { 5, 2 }, true, new byte[0])]
    [InlineData("TEXT", "TINYTEXT", Blob, new byte[] { 2 }, true, new byte[0])]
    [InlineData("LONGBLOB", "MEDIUMBLOB", Blob, new byte[] { 4 }, true, new byte[0])]
    [InlineData("JSON", "TEXT", Blob, new byte[] { 4 }, true, new byte[0])]
    [InlineData("VARCHAR(10) CHARACTER SET latin1", "VARCHAR(10) CHARACTER SET utf8mb4", VarChar, new byte[] { 10, 0 }, true, new byte[0])]
    [InlineData("VARCHAR(10) CHARACTER SET utf8mb4", "VARCHAR(20) CHARACTER SET utf8mb4", VarChar, new byte[] { 40, 0 }, true, new byte[0])]
    [InlineData("VARCHAR(10)", "VARCHAR(7)", VarChar, new byte[] { 40, 0 }, true, new byte[0])]
    [InlineData("VARBINARY(10)", "VARBINARY(5)", VarChar, new byte[] { 10, 0 }, true, new byte[0])]
    [InlineData("CHAR(10) CHARACTER SET latin1", "VARCHAR(10) CHARACTER SET latin1", String, new byte[] { 254, 10 }, true, new byte[0])]
    [InlineData("CHAR(4) CHARACTER SET latin1", "BINARY(4)", String, new byte[] { 254, 4 }, true, new byte[] { DefaultCharset, 1, 8 })]
    [InlineData("BINARY(4)", "CHAR(4) CHARACTER SET latin1", String, new byte[] { 254, 4 }, true, new byte[] { DefaultCharset, 1, 63 })]
    [InlineData("CHAR(4) CHARACTER SET latin1", "CHAR(4) CHARACTER SET latin2", String, new byte[] { 254, 4 }, true,
        new byte[] { DefaultCharset, 1, 8 })]
    [InlineData("UUID", "INET4", String, new byte[] { 254, 16 }, true, new byte[0])]
    [InlineData("ENUM('x','y')", "SET('x','y')", String, new byte[] { 247, 1 }, true, new byte[0])]
    [InlineData("ENUM('x','y')", "ENUM('y','x')", String, new byte[] { 247, 1 }, true, new byte[] { EnumStrings, 5, 2, 1, 120, 1, 121 })]
    [InlineData("SET('1','2','3','4','5','6','7','8','9')", "SET('1')", String, new byte[] { 248, 2 }, true, new byte[0])]
    [InlineData("POINT", "POLYGON", Geometry, new byte[] { 4 }, true, new byte[] { GeometryType, 1, 1 })]
    [InlineData("VECTOR(3)", "VECTOR(4)", Vector, new byte[] { 4 }, true, new byte[] { VectorDimensions, 1, 3 })]
    [InlineData("VECTOR(3)", "VECTOR(4)", VarChar, new byte[] { 12, 0 }, true, new byte[0])]
    [InlineData("INT", "INT, b INT", Long, new byte[0], true, new byte[0])]
    public void What_a_table_map_says_of_a_column_tells_the_schemas_apart(
        string right, string wrong, byte type, byte[] metadata, bool isNullable, byte[] optional)
    {
        TableMap map = Map(type, metadata, isNullable, optional);

        Assert.Null(Problem(map, $"CREATE TABLE d.t (a {right})"));
        Assert.NotNull(Problem(map, $"CREATE TABLE d.t (a {wrong})"));
    }

    [Fact]
    public void A_primary_key_that_the_log_names_is_that_of_the_schema()
    {
        TableMap keyed = Map(Long, [], isNullable: false, [ColumnName, 2, 1, (byte)'a', SimplePrimaryKey, 1, 0]);
        TableMap keyless = Map(Long, [], isNullable: false, [ColumnName, 2, 1, (byte)'a']);

        Assert.Null(Problem(keyed, "CREATE TABLE d.t (a INT NOT NULL PRIMARY KEY)"));
        Assert.Null(Problem(keyed, "CREATE TABLE d.t (a INT NOT NULL, UNIQUE (a))")); // which takes its place
        Assert.Contains("primary key", Problem(keyed, "CREATE TABLE d.t (a INT NOT NULL, KEY (a))"));
        Assert.Null(Problem(keyless, "CREATE TABLE d.t (a INT NOT NULL, UNIQUE (a))"));
        Assert.Contains("primary key", Problem(keyless, "CREATE TABLE d.t (a INT NOT NULL PRIMARY KEY)"));
    }

    [Fact]
    public void A_schema_without_a_database_is_taken_for_one_database_alone()
    {
        var schema = new LogSchema(SchemaCatalog.Parse("CREATE TABLE t (a INT)"));
        TableMap first = Map(Long, [], true, []), second = Map(Long, [], true, [], database: 'e');

        schema.Complete(first);
        Assert.Null(first.SchemaProblem);
        schema.Complete(second);

        Assert.Contains("d and e", first.SchemaProblem);
        Assert.Contains("d and e", second.SchemaProblem);
    }

    private static string? Problem(TableMap map, string schema) =>
        SchemaComparison.FindProblem(map, SchemaCatalog.Parse(schema).Find("d", "t")!);

    private static TableMap Map(byte type, byte[] metadata, bool isNullable, byte[] optional, char database = 'd') => TableMap.Parse(
        [
            .. new byte[EventHeader.Size], 1, 0, 0, 0, 0, 0, 0, 0, 1, (byte)database, 0, 1, (byte)'t', 0, 1, type, (byte)metadata.Length,
            .. metadata,
            (byte)(isNullable ? 1 : 0), .. optional,
        ]);
}
