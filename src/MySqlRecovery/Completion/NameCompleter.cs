using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace MySqlRecovery.Completion;

/// <summary>Offers names from the log files that stand on the command line.</summary>
public abstract class NameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = wordToComplete.Trim('\'', '"');
        foreach (string name in Names(LogNames.OfCommandLine(fakeBoundParameters)))
        {
            if (!name.StartsWith(word, StringComparison.OrdinalIgnoreCase)
                && !name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..].StartsWith(word, StringComparison.OrdinalIgnoreCase))
                continue;
            yield return new CompletionResult(Quote(name), name, CompletionResultType.ParameterValue, name);
        }
    }

    /// <summary>What of the names fits the parameter.</summary>
    private protected abstract IEnumerable<string> Names(LogNames names);

    // Filters take wildcards, so a name that looks like one is escaped.
    private static string Quote(string name)
    {
        string escaped = WildcardPattern.Escape(name);
        return escaped.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or ':')
            ? escaped : $"'{CodeGeneration.EscapeSingleQuotedStringContent(escaped)}'";
    }
}

/// <summary>Offers the databases of the log files that stand on the command line.</summary>
public sealed class DatabaseCompleter : NameCompleter
{
    private protected override IEnumerable<string> Names(LogNames names) =>
        names.Tables.Select(t => t.Database!).Distinct(StringComparer.Ordinal);
}

/// <summary>Offers the tables of the log files that stand on the command line, as database.table.</summary>
public sealed class TableCompleter : NameCompleter
{
    private protected override IEnumerable<string> Names(LogNames names) => names.Tables.Select(t => t.ToString());
}

/// <summary>Offers the sources of the GTIDs in the log files that stand on the command line; the numbers are left to write.</summary>
public sealed class GtidSourceCompleter : NameCompleter
{
    private protected override IEnumerable<string> Names(LogNames names) => names.GtidSources;
}
