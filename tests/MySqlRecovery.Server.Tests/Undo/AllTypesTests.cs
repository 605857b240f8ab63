using MySqlRecovery.Server.Tests.Servers;
using Xunit;

namespace MySqlRecovery.Server.Tests.Undo;

/// <summary>Every column type, partitions, tables with all kinds of keys and none, 50 000 rows.</summary>
public sealed class AllTypesTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Data", "all-types");

    [Theory]
    [InlineData(ServerFlavour.MySql)]
    [InlineData(ServerFlavour.MySql, "gtid-mode=OFF", "enforce-gtid-consistency=OFF", "binlog-checksum=NONE")]
    [InlineData(ServerFlavour.MySql, "binlog-row-metadata=MINIMAL", "binlog-rows-query-log-events=ON")]
    [InlineData(ServerFlavour.MySql57)]
    [InlineData(ServerFlavour.MySql57, "gtid-mode=OFF", "enforce-gtid-consistency=OFF", "binlog-checksum=NONE")]
    [InlineData(ServerFlavour.MySql56)]
    [InlineData(ServerFlavour.MySql56, "loose-gtid-mode=OFF", "enforce-gtid-consistency=OFF", "binlog-checksum=NONE")]
    public void A_damaged_database_is_what_it_was_after_its_undo(ServerFlavour flavour, params string[] settings)
    {
        using MySqlServer server = MySqlServer.Start(flavour, settings);
        bool isCurrent = flavour == ServerFlavour.MySql;
        server.Sql("CREATE DATABASE everything CHARACTER SET utf8mb4");
        Run("schema");
        Run("rows");
        if (isCurrent)
        {
            Run("schema-9");
            Run("rows-9");
        }

        string damage = Read("damage") + (isCurrent ? Read("damage-9") : "");
        new RoundTrip(server, "everything").Run(damage);

        void Run(string name) => server.Client(Read(name), "everything");
        static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name + ".sql"));
    }
}
