using MySqlRecovery.InnoDb.Dictionary;
using MySqlRecovery.InnoDb.Repair;
using MySqlRecovery.Model;
using MySqlRecovery.Schema;
using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.InnoDb;

/// <summary>Brings table d.t of one stopped server to another, in place of its own file or by IMPORT TABLESPACE.</summary>
internal static class Transplant
{
    private const string File = "d/t.ibd";

    /// <summary>The plan for the file, with the target's own as reference; both servers are stopped.</summary>
    public static RepairPlan Plan(MySqlServer lost, MySqlServer target, string? definition = null, string file = File) =>
        RepairPlanner.Plan(
        Request(Path.Combine(lost.DataPath, file), definition) with { ReferencePath = Path.Combine(target.DataPath, file) },
        CancellationToken.None);

    /// <summary>Writes the repaired file in place of the target's own; both servers are stopped.</summary>
    public static IbdRepairResult Replace(MySqlServer lost, MySqlServer target, string? definition = null, string file = File)
    {
        IbdRepairResult result = Write(Plan(lost, target, definition, file), lost);
        target.PlaceFile(result.Destination, file);
        return result;
    }

    /// <summary>The same with a copy of the lost server's file.</summary>
    public static IbdRepairResult Replace(string copy, MySqlServer target, string? definition)
    {
        RepairPlan plan = RepairPlanner.Plan(
            Request(copy, definition) with { ReferencePath = Path.Combine(target.DataPath, File) }, CancellationToken.None);
        IbdRepairResult result =
            RepairApplication.Apply(plan, new RepairOutput(copy + ".out", null, null, Overwrite: false), CancellationToken.None);
        target.PlaceFile(result.Destination, File);
        return result;
    }

    /// <summary>Imports the file with the .cfg file that is written for it; the lost server is stopped, the target runs and has the
    /// table.</summary>
    public static IbdRepairResult Import(MySqlServer lost, MySqlServer target, string? definition = null)
    {
        IbdRepairResult result = Write(
            RepairPlanner.Plan(Request(Path.Combine(lost.DataPath, File), definition) with { WritesCfg = true }, CancellationToken.None),
            lost);
        target.Sql("ALTER TABLE d.t DISCARD TABLESPACE");
        target.PlaceFile(result.Destination, File);
        target.PlaceFile(Path.ChangeExtension(result.Destination, ".cfg"), "d/t.cfg");
        target.Sql("ALTER TABLE d.t IMPORT TABLESPACE");
        return result;
    }

    private static RepairRequest Request(string path, string? definition)
    {
        TableSchema? schema = definition == null ? null : SchemaCatalog.Parse(definition).Tables.Single();
        return new RepairRequest
        {
            Path = path,
            SchemaLayouts = schema == null ? [] : SchemaRecordLayout.Candidates(schema),
            Schema = schema,
        };
    }

    private static IbdRepairResult Write(RepairPlan plan, MySqlServer lost)
    {
        string destination = Path.Combine(lost.FilesPath, $"{Guid.NewGuid():N}.ibd");
        return RepairApplication.Apply(plan, new RepairOutput(destination, null, null, Overwrite: false), CancellationToken.None);
    }
}
