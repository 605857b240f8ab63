using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection;
using System.Text;
using MySqlRecovery.InnoDb.Cfg;
using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Pages;
using MySqlRecovery.Schema;
using MySqlRecovery.Server;
using MySqlRecovery.Text;
using Xunit;

namespace MySqlRecovery.Core.Tests.InnoDb;

public sealed class CfgFileTests
{
    private const string AllTypes = """
        id int unsigned not null auto_increment, tiny tinyint, sm smallint unsigned not null, mi mediumint, bi bigint, f float,
        d double unsigned, de decimal(10,3), bt bit(13), da date, ti time, dt datetime, ts timestamp null, y year, ch char(10),
        chl char(10) character set latin1, chb binary(5), vc varchar(20) not null, vcl varchar(300) character set latin1,
        vb varbinary(50), tb tinyblob, bl blob, mb mediumblob, lb longblob, tt tinytext, tx text character set latin1,
        en enum('a','b'), se set('a','b','c'), g geometry, primary key(id), unique key u(vc), key k(ch(5),de), key kb(bl(30)), key km(mi)
        """;

    private static readonly Dictionary<string, string> Definitions = new()
    {
        ["c1"] = $"create table c1 ({AllTypes}) default charset=utf8 row_format=dynamic",
        ["c2"] = "create table c2 (a int, b text) default charset=latin1 row_format=compact",
        ["c3"] = """
            create table c3 (a varchar(30) character set latin1 not null, b char(5) character set latin1, c bigint, primary key(a(10)),
            key b(b, c)) default charset=latin1 row_format=redundant
            """,
        ["c4"] = "create table c4 (a int primary key, b text) default charset=latin1 row_format=compressed key_block_size=4",
        ["c5"] = """
            create table c5 (a int primary key, b json, c int as (a*2) virtual, dt datetime(3), ti time(6), ts timestamp(2) null,
            v varchar(10) as (concat('x',a)) stored, key(c), u uuid, i6 inet6, i4 inet4) default charset=utf8mb4
            """,
        ["c8"] = """
            create table c8 (a char(10) not null, b char(30) character set utf8mb3, c varchar(20), d char(250),
              primary key (a), key b (b(4)), key d (d(20)))
            default charset=utf8mb4 row_format=redundant
            """,
        ["t1"] = "create table t1 (a int)", // what the SDI says is taken, not this
        ["c6"] = "create table c6 (a int primary key, b varchar(10), z int default 5) default charset=utf8mb4",
        ["c7"] = """
            create table c7 (a char(5) not null, b varchar(20) character set utf8mb3 collate utf8mb3_nopad_bin,
            c varchar(100) character set utf8mb4 collate utf8mb4_uca1400_swedish_nopad_as_cs,
            d char(4) character set ucs2 collate ucs2_unicode_nopad_ci, e text character set utf16 collate utf16_uca1400_ai_ci,
            f varchar(8) character set utf8mb4 collate utf8mb4_croatian_ci, g char(6) character set gbk collate gbk_chinese_nopad_ci,
            h enum('x','y') character set utf8mb4 collate utf8mb4_nopad_bin, primary key (a), key k (c(10),d), key m (e(7)))
            engine=innodb default charset=utf8mb4 collate=utf8mb4_general_nopad_ci row_format=dynamic
            """,
    };

    [Theory]
    [InlineData("97-c1")] // every type
    [InlineData("97-c2")] // no key
    [InlineData("97-c3")] // a prefix of a column as primary key, a descending field
    [InlineData("97-c4")] // COMPRESSED
    [InlineData("97-c5")] // virtual columns, fractions of a second, JSON
    [InlineData("97-c6")] // columns added and dropped with ALGORITHM=INSTANT
    [InlineData("56-c1")]
    [InlineData("56-c2")]
    [InlineData("56-c3")]
    [InlineData("56-c4")]
    [InlineData("10-c1")]
    [InlineData("10-c2")]
    [InlineData("10-c4")]
    [InlineData("10-c5")]
    [InlineData("10-c6")]
    [InlineData("10-c7")] // collations that MariaDB alone has: NOPAD, UCA 14.0.0, its own croatian_ci
    [InlineData("97-c8")] // CHAR of several bytes a character in REDUNDANT records
    [InlineData("10-c8")]
    [InlineData("80-t1")] // 8.0.24, columns added instantly
    [InlineData("28-t1")] // a table of 8.0.28, a column added instantly by 9.7
    public void The_metadata_is_byte_for_byte_what_the_server_exports(string sample)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("cfg").FullName, sample[3..] + ".ibd");
        File.WriteAllBytes(path, Expand($"cfg-{sample}.ibd"));
        TableSchema schema = SchemaCatalog.Parse(Definitions[sample[3..]]).Tables.Single();

        string written = CfgFile.Write(path, schema, new TableName("cf", sample[3..]));

        Assert.Equal(Describe(Expand($"cfg-{sample}.cfg")), Describe(File.ReadAllBytes(written)));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public void The_metadata_for_5_7_is_byte_for_byte_what_it_exports()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("cfg").FullName, "t.ibd");
        File.WriteAllBytes(path, Expand("cfg-57-t.ibd"));
        TableSchema schema = SchemaCatalog.Parse("""
            CREATE TABLE t (id int(11) NOT NULL, ts timestamp NULL, ts6 timestamp(6) NULL, dt datetime, dt3 datetime(3), tm time, da date,
              y year(4),
              f float, db double, de decimal(10,2), b bit(5), e enum('a','b'), s set('a'), j json, ti tinyint(3) unsigned, bl blob, tx text,
              bi binary(4), vb varbinary(9), ch char(5), g geometry, PRIMARY KEY (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
            """).Tables.Single();

        string written = CfgFile.Write(path, schema, new TableName("d", "t"), server: CfgFile.HabitsOf(ServerVersion.Parse("5.7.29")));

        Assert.Equal(Describe(Expand("cfg-57-t.cfg")), Describe(File.ReadAllBytes(written)));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public void The_metadata_by_the_frm_beside_a_file_is_byte_for_byte_what_the_server_exports()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("cfg").FullName, "x.ibd");
        File.WriteAllBytes(path, Expand("cfg-57-x.ibd"));
        File.WriteAllBytes(Path.ChangeExtension(path, ".frm"), Expand("frm-57-x.frm"));

        string written = CfgFile.Write(
            path, FrmFile.Beside(path)!, new TableName("f", "x"), server: CfgFile.HabitsOf(ServerVersion.Parse("5.7.29")));

        Assert.Equal(Describe(Expand("cfg-57-x.cfg")), Describe(File.ReadAllBytes(written)));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Theory]
    [InlineData("10.11", "utf8mb4", 45)]
    [InlineData("11.4", "utf8mb4", 45)]
    [InlineData("11.5", "utf8mb4", 2304)]
    [InlineData("11.8", "utf8mb3", 2048)]
    [InlineData("11.8", "ucs2", 2560)]
    [InlineData("11.8", "utf16", 2816)]
    [InlineData("11.8", "utf32", 3072)]
    [InlineData("11.8", "utf16le", 56)]
    [InlineData("11.8", "latin1", 8)]
    [InlineData("5.7", "utf8mb4", 45)]
    public void A_character_set_alone_has_the_default_collation_of_the_servers_version(string version, string set, int collation)
    {
        CfgServer server = CfgFile.HabitsOf(Version.Parse(version));
        Assert.Equal(collation, CharacterSets.FindCollation(set, null, server.IsMariaDb(), server == CfgServer.MariaDb115));
    }

    [Fact]
    public void The_folder_is_the_database_even_if_its_name_holds_a_dot() =>
        Assert.Equal(new TableName("a.b", "c.d"), TableFileName.NameOf(Path.Combine("data", "a@002eb", "c@002ed.ibd")));

    // The host and the counter of AUTO_INCREMENT are the server's alone.
    private static string Describe(byte[] cfg)
    {
        int at = 4;
        string[] names = new string[2];
        for (int i = 0; i < names.Length; i++)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(cfg.AsSpan(at));
            names[i] = Encoding.UTF8.GetString(cfg, at + 4, length);
            at += 4 + length;
        }

        return $"{cfg[3]} {names[1]}\n" + string.Join('\n', Convert.ToHexString(cfg.AsSpan(at + 8)).Chunk(64).Select(c => new string(c)));
    }

    private static byte[] Expand(string name)
    {
        using Stream packed = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return bytes.ToArray();
    }
}
