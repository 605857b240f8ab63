using System.Text;
using MySqlRecovery.InnoDb.Rows;
using MySqlRecovery.Model;
using MySqlRecovery.Output.Rows;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Servers;
using MySqlRecovery.Server.Tests.Undo;
using Xunit;

namespace MySqlRecovery.Server.Tests.InnoDb;

/// <summary>Compares what is read from a server's files with what the server has.</summary>
internal static class TableFiles
{
    /// <summary>
    /// Writes the rows of every file of a database as SQL, empties the tables, loads them from it, and compares. The server is
    /// stopped meanwhile, and stays up afterwards.
    /// </summary>
    /// <param name="server">The server.</param>
    /// <param name="database">The database.</param>
    /// <param name="options">Keys; the definitions are added where files do not describe themselves.</param>
    public static void AssertHoldWhatTheServerHas(MySqlServer server, string database, TableFileOptions? options = null) =>
        AssertHoldWhatTheServerHas(server, [database], options);

    /// <summary>The same for several databases at once.</summary>
    public static void AssertHoldWhatTheServerHas(MySqlServer server, string[] databases, TableFileOptions? options = null)
    {
        string[] expected = [.. databases.Select(d => DatabaseState.Read(server, d))];
        TableFileOptions[] all =
            [.. databases.Select(d => (options ?? new TableFileOptions()) with { Schema = Definitions(server, d) })];
        server.Stop();
        (string Script, string Table)[][] read = [.. databases.Select((d, i) => Export(server, d, all[i]))];
        server.Start();
        for (int i = 0; i < databases.Length; i++)
        {
            Reload(server, databases[i], read[i]);
            DatabaseState.AssertEqual(expected[i], DatabaseState.Read(server, databases[i]));
        }
    }

    /// <summary>Empties tables and fills them from scripts.</summary>
    public static void Reload(MySqlServer server, string database, IReadOnlyCollection<(string Script, string Table)> read)
    {
        server.Sql(
            "SET foreign_key_checks = 0; "
                + string.Concat(read.Select(r => r.Table).Distinct().Select(t => $"TRUNCATE TABLE `{t.Replace("`", "``")}`; ")),
            database);
        string all = Path.Combine(server.FilesPath, $"{database}.sql");
        using (FileStream file = File.Create(all))
        {
            foreach ((string script, _) in read)
                file.Write(File.ReadAllBytes(script));
        }

        server.RunFile(all);
    }

    // What needs a definition is read by that and by the .frm.
    private static (string Script, string Table)[] Export(MySqlServer server, string database, TableFileOptions options)
    {
        var errors = new List<RecoveryException>();
        string[] files = Directory.GetFiles(Path.Combine(server.DataPath, database), "*.ibd");
        (string Script, string Table)[] read = [.. files.Select(f => Export(server, f, options, errors))];
        for (int i = 0; i < files.Length && server.Flavour != ServerFlavour.MySql; i++)
        {
            string bySchema = read[i].Script, kept = bySchema + ".schema";
            File.Move(bySchema, kept);
            Export(server, files[i], options with { Schema = null }, errors);
            Assert.True(File.ReadAllBytes(kept).AsSpan().SequenceEqual(File.ReadAllBytes(bySchema)), $"{files[i]} differs by its .frm");
        }

        Assert.Empty(errors.Select(e => e.Message));
        return read;
    }

    /// <summary>Writes the rows of a file as SQL; gives the script and the table's name.</summary>
    public static (string Script, string Table) Export(MySqlServer server, string path, TableFileOptions options,
        List<RecoveryException> errors)
    {
        string script = Path.Combine(
            server.FilesPath, $"{Path.GetFileName(Path.GetDirectoryName(path))}.{Path.GetFileName(path)}.{options.Table}.sql");
        using TableFile source = TableFile.Open(path, options);
        Assert.Empty(source.Doubts);
        using var target = new RowFile(script, TableRowFormat.Sql, overwrite: false, sources: [path]);
        new TableFileExport(source, target, TableRowFormat.Sql, columns: null, errors.Add).Write(TableRowSelection.Live,
            CancellationToken.None);
        target.Commit();
        return (script, source.Table.Name);
    }

    /// <summary>The rows of a file as objects; fails on any error.</summary>
    public static List<TableRow> Read(string path, TableFileOptions? options, TableRowSelection selection = TableRowSelection.Live)
    {
        var rows = new List<TableRow>();
        var errors = new List<RecoveryException>();
        using TableFile file = TableFile.Open(path, options);
        new TableRowReader(file, errors.Add, CancellationToken.None).ReadObjects(selection, columns: null, _ => true, rows.Add);
        Assert.Empty(errors.Select(e => e.Message));
        return rows;
    }

    /// <summary>The definitions of a database's tables.</summary>
    public static SchemaCatalog Definitions(MySqlServer server, string database) => SchemaCatalog.Parse(DefinitionText(server, database));

    /// <summary>The same as text.</summary>
    public static string DefinitionText(MySqlServer server, string database)
    {
        var text = new StringBuilder($"USE `{database}`;\n");
        foreach (string[] table in server.Query("SHOW FULL TABLES WHERE Table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')", database))
            text.Append(server.Query($"SHOW CREATE TABLE `{table[0].Replace("`", "``")}`", database)[0][1]).Append(";\n");
        return text.ToString();
    }
}
