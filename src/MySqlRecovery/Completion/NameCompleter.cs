using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using MySqlRecovery.Binlog.Filter;

namespace MySqlRecovery.Completion;

/// <summary>Offers names from the logs of the files and servers that stand on the command line.</summary>
public abstract class NameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = wordToComplete.Trim('\'', '"');
        var line = new CommandLine(commandAst, fakeBoundParameters);
        foreach ((string name, string hint) in Names(LogNames.Of(line), line))
        {
            if (!name.StartsWith(word, StringComparison.OrdinalIgnoreCase)
                && !name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..].StartsWith(word, StringComparison.OrdinalIgnoreCase))
                continue;
            yield return new CompletionResult(ToText(name), name, CompletionResultType.ParameterValue, hint);
        }
    }

    /// <summary>What of the names fits the parameter, in order, each with what is said of it.</summary>
    private protected abstract IEnumerable<(string Name, string Hint)> Names(LogNames names, CommandLine line);

    /// <summary>What is written for a name. Filters take wildcards, so that a name that looks like one is escaped.</summary>
    private protected virtual string ToText(string name) => Quote(WildcardPattern.Escape(name));

    private protected static string Quote(string name) =>
        name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or ':')
            ? name : $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'";

    private protected static IEnumerable<(string Name, string Hint)> Sorted(IEnumerable<string> names) =>
        names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(n => (n, n));

    /// <summary>The columns of the tables that the command line chooses, or of all.</summary>
    private protected static IEnumerable<(string Name, string Hint)> Columns(LogNames names, CommandLine line)
    {
        var filter = new TableFilter(
            line.Names("Database"), line.Names("ExcludeDatabase"), line.Names("Table"), line.Names("ExcludeTable"));
        return names.Tables.Where(t => filter.IsMatch(t.Key.Database!, t.Key.Name))
            .SelectMany(t => t.Value, (t, column) => (Column: column, Table: t.Key.ToString()))
            .GroupBy(c => c.Column, c => c.Table, StringComparer.Ordinal).OrderBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => (c.Key, $"{c.Key} of {string.Join(", ", c.Order(StringComparer.Ordinal).Take(3))}"));
    }
}

/// <summary>Offers the databases of the logs that stand on the command line.</summary>
public sealed class DatabaseCompleter : NameCompleter
{
    private protected override IEnumerable<(string Name, string Hint)> Names(LogNames names, CommandLine line) =>
        Sorted(names.Tables.Keys.Select(t => t.Database!));
}

/// <summary>Offers the tables of the logs that stand on the command line, as database.table.</summary>
public sealed class TableCompleter : NameCompleter
{
    private protected override IEnumerable<(string Name, string Hint)> Names(LogNames names, CommandLine line) =>
        Sorted(names.Tables.Keys.Select(t => t.ToString()));
}

/// <summary>Offers the sources of the GTIDs in the logs that stand on the command line; the numbers are left to write.</summary>
public sealed class GtidSourceCompleter : NameCompleter
{
    private protected override IEnumerable<(string Name, string Hint)> Names(LogNames names, CommandLine line) =>
        Sorted(names.GtidSources);
}

/// <summary>Offers the sessions of the logs that stand on the command line, those of the most transactions first.</summary>
public sealed class ThreadCompleter : NameCompleter
{
    private protected override IEnumerable<(string Name, string Hint)> Names(LogNames names, CommandLine line) =>
        names.Sessions.OrderByDescending(s => s.Value).ThenBy(s => s.Key).Select(s => (
            s.Key.ToString(CultureInfo.InvariantCulture),
            string.Create(CultureInfo.InvariantCulture, $"session {s.Key}: {s.Value} statements and transactions")));
}

/// <summary>Offers the columns of the tables in the logs that stand on the command line.</summary>
public sealed class ColumnCompleter : NameCompleter
{
    private protected override IEnumerable<(string Name, string Hint)> Names(LogNames names, CommandLine line) => Columns(names, line);

    private protected override string ToText(string name) => Quote(name);
}

/// <summary>Offers the beginning of a row test, <c>@{ column = </c>, for the columns in the logs that stand on the command line.</summary>
public sealed class WhereCompleter : NameCompleter
{
    private protected override IEnumerable<(string Name, string Hint)> Names(LogNames names, CommandLine line) => Columns(names, line);

    private protected override string ToText(string name) =>
        $"@{{ {(name.Contains('-') || name.Contains('.') ? $"'{name}'" : Quote(name))} = ";
}

/// <summary>Offers the binary logs of the servers that stand on the command line.</summary>
public sealed class LogFileCompleter : NameCompleter
{
    private protected override IEnumerable<(string Name, string Hint)> Names(LogNames names, CommandLine line) => Sorted(names.LogFiles);

    private protected override string ToText(string name) => Quote(name);
}
