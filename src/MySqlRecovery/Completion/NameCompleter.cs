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
