using System.Globalization;

namespace MySqlRecovery.Bench.Fuzz;

/// <param name="Minutes">How long to go on.</param>
/// <param name="Seed">Where the random numbers start: the same seed gives the same mutations.</param>
internal readonly record struct FuzzOptions(double Minutes, int Seed)
{
    /// <summary>The options of a command line; null where they make no sense.</summary>
    public static FuzzOptions? TryParse(string[] options)
    {
        var result = new FuzzOptions(10, 1);
        for (int i = 0; i < options.Length; i += 2)
        {
            string value = i + 1 < options.Length ? options[i + 1] : string.Empty;
            if (options[i] == "--minutes" && double.TryParse(value, CultureInfo.InvariantCulture, out double minutes))
                result = result with { Minutes = minutes };
            else if (options[i] == "--seed" && int.TryParse(value, CultureInfo.InvariantCulture, out int seed))
                result = result with { Seed = seed };
            else
                return null;
        }

        return result;
    }
}
