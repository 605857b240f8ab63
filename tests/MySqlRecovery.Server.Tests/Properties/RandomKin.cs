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
        string[] numbers = ["int", "int", "unique", "alias"];
        string[] keys = [.. numbers, "alias", "bigint", "word", "pair", "bytes", "decimal", "date"];
        RandomTable parent = RandomTable.MakeKin("par", keys[random.Next(keys.Length)], flavour, random);
        return random.Next(6) switch
        {
            0 or 1 => [parent, Child("chi", To(parent))],
            2 => Child("chi", To(parent)) is var child ? [parent, child, Child("gra", To(child))] : [],
            3 => [parent, Child("chi", To(parent)), Child("sib", To(parent))],
            4 => [parent, Child("chi", To(parent), To(parent, "q"))],
            _ => [Child("own", To(null))],
        };

        (string Name, RandomTable? Parent, string Actions) To(RandomTable? referred, string name = "p") =>
            (name, referred, OnDelete[random.Next(OnDelete.Length)] + OnUpdate[random.Next(OnUpdate.Length)]);

        // Their rows are looked for by their number, as a foreign key may take them away.
        RandomTable Child(string name, params (string Name, RandomTable? Parent, string Actions)[] references) =>
            RandomTable.MakeKin(name, numbers[random.Next(numbers.Length)], flavour, random, references);
    }

    /// <summary>The row that one of the start refers to: another than itself, and one that comes before it.</summary>
    public static int FirstParent(RandomReference reference, RandomTable table, int id) =>
        reference.Parent == table || reference.Name == "q" ? id - 1 : id;
}
