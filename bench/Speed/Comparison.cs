namespace MySqlRecovery.Bench.Speed;

/// <summary>The same work on the same file, done by several programs in turn.</summary>
/// <param name="Title">What is done.</param>
/// <param name="Input">The file.</param>
/// <param name="Outputs">Files that the contenders write; removed after each run.</param>
/// <param name="Contenders">The engine in a plain process first: the others are set in proportion to it.</param>
internal sealed record Comparison(string Title, string Input, string[] Outputs, params Contender[] Contenders)
{
    public long InputSize => new FileInfo(Input).Length;

    /// <summary>Runs all installed contenders in turn, so often; medians.</summary>
    public List<(Contender Contender, Measured? Measured)> Run(int runs)
    {
        var found = Contenders.Where(c => c.Program != null).ToDictionary(c => c, _ => new List<Measured>());
        Warm();
        for (int run = 0; run < runs; run++)
        {
            foreach ((Contender contender, List<Measured> list) in found)
            {
                list.Add(MeasuredProcess.Run(contender));
                foreach (string output in Outputs)
                    File.Delete(output);
            }
        }

        return [.. Contenders.Select(c => (c, found.TryGetValue(c, out List<Measured>? list) ? Measured.Median(list) : null))];
    }

    private void Warm()
    {
        using FileStream file = File.OpenRead(Input);
        file.CopyTo(Stream.Null, 1 << 20);
    }
}
