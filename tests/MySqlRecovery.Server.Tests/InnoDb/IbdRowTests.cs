using System.Text;
using MySqlRecovery.InnoDb.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Rows;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Server.Tests.Undo;
using Xunit;

namespace MySqlRecovery.Server.Tests.InnoDb;

/// <summary>Rows read out of the files of a server are those that the server has.</summary>
public abstract class IbdRowTests(ServerFlavour flavour) : IDisposable
{
    private readonly MySqlServer _server = MySqlServer.Start(flavour);
    private readonly List<RecoveryException> _errors = [];

    [Fact]
    public void Tables_filled_from_their_files_are_what_they_were_for_every_type()
    {
        _server.Sql("CREATE DATABASE everything CHARACTER SET utf8mb4");
        string[] parts = flavour == ServerFlavour.MySql ? ["schema", "rows", "schema-9", "rows-9"] : ["schema", "rows"];
        foreach (string statements in Live.AllTypes.Read(parts))
            _server.Sql(statements, "everything");

        AssertFilesHoldWhatTheServerHas("everything", _ => true);
    }

    [Fact]
    public void Tables_filled_from_their_files_are_what_they_were_for_every_row_format()
    {
        OrphanedTables.Fill(_server);

        AssertFilesHoldWhatTheServerHas(OrphanedTables.Database, t => !t.StartsWith("compressed", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _server.Dispose();
        GC.SuppressFinalize(this);
    }

    private void AssertFilesHoldWhatTheServerHas(string database, Func<string, bool> isRead)
    {
        string expected = DatabaseState.Read(_server, database);
        SchemaCatalog schema = SchemaCatalog.Parse(Definitions(database));
        _server.Stop();
        string[] files = [.. Directory.GetFiles(Path.Combine(_server.DataPath, database), "*.ibd").Where(f => isRead(TableOf(f)))];
        (string Script, string Table)[] read = [.. files.Select(f => Export(f, schema))];
        Assert.Empty(_errors.Select(e => e.Message));
        _server.Start();
        foreach (string table in read.Select(r => r.Table).Distinct())
            _server.Sql($"SET foreign_key_checks = 0; TRUNCATE TABLE `{table.Replace("`", "``")}`", database);
        foreach ((string script, _) in read)
            _server.RunFile(script);
        DatabaseState.AssertEqual(expected, DatabaseState.Read(_server, database));
    }

    private (string Script, string Table) Export(string path, SchemaCatalog schema)
    {
        string script = Path.Combine(_server.FilesPath, Path.GetFileName(path) + ".sql");
        using TableFile source = TableFile.Open(path, schema);
        using var target = new RowFile(script, TableRowFormat.Sql, overwrite: false, sources: [path]);
        new TableFileExport(source, target, TableRowFormat.Sql, columns: null, _errors.Add).Write(TableRowSelection.Live, CancellationToken.None);
        target.Commit();
        return (script, source.Table.Name);
    }

    private string Definitions(string database)
    {
        var text = new StringBuilder($"USE `{database}`;\n");
        foreach (string[] table in _server.Query("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'", database))
            text.Append(_server.Query($"SHOW CREATE TABLE `{table[0].Replace("`", "``")}`", database)[0][1]).Append(";\n");
        return text.ToString();
    }

    private static string TableOf(string path) => MySqlRecovery.InnoDb.Pages.TableFileName.TableWithoutPartition(path);
}

/// <summary>The current MySQL, whose files describe themselves.</summary>
public sealed class MySqlIbdRowTests() : IbdRowTests(ServerFlavour.MySql);

/// <summary>MySQL 5.6.</summary>
public sealed class MySql56IbdRowTests() : IbdRowTests(ServerFlavour.MySql56);

/// <summary>MariaDB.</summary>
public sealed class MariaDbIbdRowTests() : IbdRowTests(ServerFlavour.MariaDb);

/// <summary>MariaDB 11.8.</summary>
public sealed class MariaDb118IbdRowTests() : IbdRowTests(ServerFlavour.MariaDb118);
