using System.Text;

namespace MySqlRecovery.Core.Tests.IO.Zstd;

/// <summary>What the sample files hold, made again from its name: the files were compressed from exactly these bytes.</summary>
internal static class ZstdContent
{
    public static byte[] Make(string name) => name switch
    {
        "empty" => [],
        "byte" => [42],
        "zeros" => new byte[300_000],
        "noise" => Noise(5, 3000),
        "text" => Text(150_000),
        "rows" => Rows(3000),
        "skewed" => Skewed(20_000),
        "far" => [.. Noise(6, 2500), .. new byte[1_500_000], .. Noise(6, 2500)],
        "periods" => [.. Enumerable.Range(1, 40).SelectMany(Period)],
        _ => throw new ArgumentException($"no content is called {name}"),
    };

    private static byte[] Noise(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Text(int length)
    {
        var random = new Random(1);
        string[] words = [.. Enumerable.Range(0, 500)
            .Select(_ => new string([.. random.GetItems("abcdefghijklmnopqrstuvwxyz".ToCharArray(), random.Next(2, 9))]))];
        var text = new StringBuilder();
        while (text.Length < length)
            text.Append(words[(int)(500 * Math.Pow(random.NextDouble(), 3))]).Append(' ');
        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    private static byte[] Rows(int count)
    {
        var random = new Random(2);
        using var rows = new MemoryStream();
        using var writer = new BinaryWriter(rows);
        for (int id = 0; id < count; id++)
        {
            writer.Write(id);
            writer.Write(id * 7 % 1000);
            writer.Write((short)random.Next(50));
            writer.Write(Encoding.ASCII.GetBytes($"name-{id % 97}"));
            writer.Write(0);
        }

        return rows.ToArray();
    }

    private static byte[] Skewed(int length)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, length).Select(_ => (byte)(255 * Math.Pow(random.NextDouble(), 6)))];
    }

    private static IEnumerable<byte> Period(int length) => Enumerable.Range(0, 300).Select(i => (byte)(i % length * 37 + length));
}
