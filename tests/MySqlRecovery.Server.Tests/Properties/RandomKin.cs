using MySqlRecovery.Server.Tests.Servers;

namespace MySqlRecovery.Server.Tests.Properties;

/// <summary>Tables that foreign keys tie together.</summary>
internal static class RandomKin
{
    private static readonly string[] OnDelete = ["", " ON DELETE CASCADE", " ON DELETE SET NULL"];
    private static readonly string[] OnUpdate = ["", " ON UPDATE CASCADE"];

    /// <summary>
    /// A parent with a child, with a grandchild, too, with two children, with a child that refers to it twice, or that refers to itself.
    /// </summary>
    public static RandomTable[] Make(ServerFlavour flavour, Random random)
    {
        RandomReference To(string parent, string column = "p") =>
            new(column, parent, OnDelete[random.Next(OnDelete.Length)] + OnUpdate[random.Next(OnUpdate.Length)]);
        RandomTable Table(string name, params RandomReference[] references) => RandomTable.MakeKin(name, flavour, random, references);
        return random.Next(6) switch
        {
            0 or 1 => [Table("par"), Table("chi", To("par"))],
            2 => [Table("par"), Table("chi", To("par")), Table("gra", To("chi"))],
            3 => [Table("par"), Table("chi", To("par")), Table("sib", To("par"))],
            4 => [Table("par"), Table("chi", To("par"), To("par", "q"))],
            _ => [Table("own", To("own"))],
        };
    }

    /// <summary>The row that one of the start refers to: another than itself, and one that comes before it.</summary>
    public static int FirstParent(RandomReference reference, RandomTable table, int id) =>
        reference.Parent == table.Name || reference.Column == "q" ? id - 1 : id;
}
