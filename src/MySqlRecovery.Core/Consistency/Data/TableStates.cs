using System.Collections.Specialized;
using System.Globalization;
using System.Numerics;
using MySqlRecovery.Binlog.Filter;
using MySqlRecovery.Consistency.Schema;
using MySqlRecovery.Consistency.Servers;
using MySqlRecovery.Model;
using MySqlRecovery.Server;

namespace MySqlRecovery.Consistency.Data;

/// <summary>Counts the rows of a server's tables and sums up their hashes, all in one snapshot.</summary>
internal static class TableStates
{
    /// <summary>One state a table, in the ordinal order of their names.</summary>
    /// <param name="open">Opens a session of the server.</param>
    /// <param name="filter">The tables.</param>
    /// <param name="onTable">Is told of each table before it is read: its number from 0, how many there are, its name.</param>
    /// <param name="token">Ends the reading.</param>
    /// <exception cref="RecoveryException">The server refuses or is gone.</exception>
    public static IEnumerable<TableState> Read(
        Func<IQueryClient> open, TableFilter filter, Action<int, int, string> onTable, CancellationToken token)
    {
        using var server = new ComparedServer(open, token);
        LiveTable[] tables = [.. new StructureReader(server, filter, token).Read().Values];
        ReadingSession session = ReadingSession.Open(server, fast: false, token);
        session.BeginSnapshot();
        DateTime moment = DateTime.UtcNow;
        for (int i = 0; i < tables.Length; i++)
        {
            onTable(i, tables.Length, tables[i].Name.ToString());
            yield return Read(session, tables[i], server, moment);
        }
    }

    private static TableState Read(ReadingSession session, LiveTable table, ComparedServer server, DateTime moment)
    {
        LiveColumn[] sums = [.. table.Columns.Where(c => ValueForm.KindOf(c.DataType) is ColumnKind.Integer or ColumnKind.Decimal)];
        string[] values = session.ReadValues(new ComparedTable(table, server, table, server).Source.State(sums));
        var sum = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        for (int c = 0; c < sums.Length; c++)
            sum.Add(sums[c].Name, decimal.TryParse(values[c + 2], CultureInfo.InvariantCulture, out decimal total) ? total : values[c + 2]);
        return new TableState
        {
            Server = server.Name,
            Database = table.Name.Database!,
            Table = table.Name.Name,
            RowCount = long.Parse(values[0], CultureInfo.InvariantCulture),
            Checksum = BigInteger.Parse(values[1], CultureInfo.InvariantCulture).ToString("X16", CultureInfo.InvariantCulture),
            Sum = sum,
            Timestamp = moment,
        };
    }
}
