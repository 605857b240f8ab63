using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>Every column type, partitions, tables with all kinds of keys and none, 50 000 rows.</summary>
public sealed class AllTypesTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Data", "all-types");

    [Theory]
    [InlineData(false)]
    [InlineData(false, "gtid-mode=OFF", "enforce-gtid-consistency=OFF", "binlog-checksum=NONE")]
    [InlineData(false, "binlog-row-metadata=MINIMAL", "binlog-rows-query-log-events=ON")]
    [InlineData(true)]
    [InlineData(true, "loose-gtid-mode=OFF", "enforce-gtid-consistency=OFF", "binlog-checksum=NONE")]
    public void A_damaged_database_is_what_it_was_after_its_undo(bool isOld, params string[] settings)
    {
        using MySqlServer server = MySqlServer.Start(isOld ? ServerFlavour.MySql56 : ServerFlavour.MySql, settings);
        server.Sql("CREATE DATABASE everything CHARACTER SET utf8mb4");
        Run("schema");
        Run("rows");
        if (!isOld)
        {
            Run("schema-9");
            Run("rows-9");
        }

        string damage = Read("damage") + (isOld ? "" : Read("damage-9"));
        new RoundTrip(server, "everything").Run(damage);

        void Run(string name) => server.Sql(Read(name), "everything");
        static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name + ".sql"));
    }
}
