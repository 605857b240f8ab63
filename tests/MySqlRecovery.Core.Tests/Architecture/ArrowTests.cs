using Xunit;

namespace MySqlRecovery.Core.Tests.Architecture;

/// <summary>Holds the arrows between the rooms: a room uses only those that stand before it.</summary>
public class ArrowTests
{
    /// <summary>The engine's rooms, from what knows nobody to what may know all.</summary>
    private static readonly string[] Engine =
    [
        "Model", "IO", "IO.Zstd", "Server", "Gtids", "Text",
        "Binlog.Events", "Binlog.Rows.Json", "Binlog.Rows", "Binlog.Filter", "Binlog.Encryption", "Binlog.Reading", "Binlog.Scan",
        "Schema",
        "Changes", "Catalog", "Incidents", "Output.Sql", "Output.ReversedBinlog", "Output.Rows", "Output.Report", "Restore", "History",
        "InnoDb.Pages", "InnoDb.Records", "InnoDb.Dictionary", "InnoDb.Tablespace", "InnoDb.Rows", "InnoDb.Cfg", "InnoDb.Repair",
        "Consistency", "Consistency.Servers", "Consistency.Settings", "Consistency.Schema", "Consistency.Data", "Consistency.Logs",
        "",
    ];

    private static readonly string[] Client = ["Client.Protocol", "Client.Authentication", "Client", "Client.Replication"];

    private static readonly string[] Module = ["Input", "Completion", "Commands"];

    [Fact]
    public void A_room_of_the_engine_uses_only_rooms_that_stand_before_it() =>
        Assert.Empty(WrongArrows("MySqlRecovery.Core.dll", room => Array.IndexOf(Engine, room)));

    [Fact]
    public void The_cmdlets_use_input_and_completion_and_not_the_other_way_round()
    {
        Assert.Empty(WrongArrows(
            "MySqlRecovery.dll", room => Array.IndexOf(Module, room) is >= 0 and var place ? place : room.Length == 0 ? int.MaxValue : -1));
    }

    [Fact]
    public void The_client_uses_the_engine_and_not_the_other_way_round()
    {
        Assert.DoesNotContain(NamespaceArrows.Of(Built("MySqlRecovery.Core.dll")).Keys,
            arrow => arrow.To.StartsWith("Client", StringComparison.Ordinal));
        Assert.Empty(WrongArrows(Path.Combine("private", "MySqlRecovery.Client.dll"), room => Array.IndexOf(Client, room)));
    }

    /// <summary>Every arrow that points from a room to itself or a later one, and every room that has no place.</summary>
    private static IEnumerable<string> WrongArrows(string assembly, Func<string, int> place)
    {
        foreach (((string user, string used), string example) in NamespaceArrows.Of(Built(assembly)))
        {
            bool isClient = assembly == "MySqlRecovery.dll" && Client.Contains(used);
            bool isEngine = assembly != "MySqlRecovery.Core.dll" && Engine.Contains(used);
            if (!isEngine && !isClient && place(used) >= place(user))
                yield return $"{user} -> {used}: {example}";
            if (place(user) < 0)
                yield return $"{user} has no place among the rooms";
        }
    }

    private static string Built(string assembly) => Path.Combine(Repository.Root, "bin", assembly);
}
