using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>Carries one DDL statement out on a catalog.</summary>
internal sealed partial class DdlInterpreter
{
    private readonly SchemaCatalog _catalog;
    private readonly StatementCursor _cursor;
    private readonly string? _currentDatabase;
    private readonly List<TableName> _tables = [];
    private string? _droppedDatabase;
    private bool _movesRows;
    private bool _fillsTable;
    private string? _convertedTo;
    private bool _keepsColumns;

    public DdlInterpreter(SchemaCatalog catalog, StatementCursor cursor, string? currentDatabase)
    {
        _catalog = catalog;
        _cursor = cursor;
        _currentDatabase = currentDatabase;
    }

    /// <summary>The kind of change, as far as it is known.</summary>
    public SchemaChangeKind Kind { get; private set; } = SchemaChangeKind.Other;

    /// <summary>The tables that the statement names, as far as it has been read.</summary>
    public IReadOnlyList<TableName> Tables => _tables;

    /// <summary>What the statement did, as far as it has been read.</summary>
    public SchemaChange Result => new(Kind, _tables)
    {
        DroppedDatabase = _droppedDatabase,
        MovesRows = _movesRows,
        FillsTable = _fillsTable,
        KeepsColumns = _keepsColumns,
        ConvertedTo = _convertedTo,
    };

    /// <summary>Carries the statement out.</summary>
    /// <exception cref="RecoveryException">SchemaNotUnderstood.</exception>
    public SchemaChange Execute()
    {
        if (_cursor.IsWord("CREATE"))
            Create();
        else if (_cursor.Accept("ALTER"))
            Alter();
        else if (_cursor.Accept("DROP"))
            Drop();
        else if (_cursor.Accept("RENAME") && _cursor.AcceptAny("TABLE", "TABLES") != null)
            Rename();
        else if (_cursor.Accept("TRUNCATE"))
            Truncate();
        if (_cursor.Failure != null)
            throw _cursor.Failure;
        return Result;
    }

    private void Create()
    {
        if (CreateTableParser.AcceptStart(_cursor, out CreateTableStart start))
        {
            CreateTable(start);
            return;
        }

        bool orReplace = _cursor.Accept("OR", "REPLACE");
        if (_cursor.AcceptAny("DATABASE", "SCHEMA") != null)
        {
            _cursor.Accept("IF", "NOT", "EXISTS");
            string database = _cursor.Name();
            if (orReplace)
                RemoveDatabase(database);
            SetDatabaseText(database);
            return;
        }

        if (_cursor.Accept("SEQUENCE"))
        {
            _movesRows = orReplace;
            CreateSequence();
            return;
        }

        _cursor.AcceptAny("ONLINE", "OFFLINE");
        KeyKind kind = _cursor.AcceptAny("UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR") is string word
            ? Enum.Parse<KeyKind>(word, ignoreCase: true) : KeyKind.Index;
        if (_cursor.Accept("INDEX"))
        {
            CreateIndex(kind);
            return;
        }

        // ALGORITHM = MERGE, DEFINER = user@host, SQL SECURITY INVOKER
        for (int i = 0; i < 16 && !_cursor.IsWord("TRIGGER") && !_cursor.IsWord("VIEW")
            && !_cursor.IsWord("PROCEDURE") && !_cursor.IsWord("FUNCTION"); i++)
            _cursor.Skip();
        if (_cursor.Accept("TRIGGER"))
            CreateTrigger();
        else if (_cursor.Accept("VIEW"))
            CreateView();
    }

    // Dumps of MySQL 5.6 and older first make a table of the view's name.
    private void CreateView()
    {
        _cursor.Accept("IF", "NOT", "EXISTS");
        TableName name = _cursor.QualifiedName(_currentDatabase);
        if (_catalog.Find(name.Database, name.Name)?.QualifiedName == name)
            _catalog.Remove(name);
    }

    private void CreateTable(CreateTableStart start)
    {
        TableName name = _cursor.QualifiedName(_currentDatabase);
        if (!start.IsTemporary)
            Concern(SchemaChangeKind.Create, name);
        _movesRows = start.OrReplace;
        CreateTableStatement statement = CreateTableParser.Parse(
            _cursor, start, name, _currentDatabase, _catalog.DatabaseText(name.Database));
        _fillsTable = statement.HasQuery;
        if (start.IsTemporary || (statement.IfNotExists && _catalog.Find(name.Database, name.Name) != null))
            return;
        if (statement.Like is not TableName model)
            _catalog.Put(statement.Table);
        else if (_catalog.Find(model.Database, model.Name) is TableSchema known)
            _catalog.Put(known with { Database = name.Database, Name = name.Name, ForeignKeys = [], Triggers = [] });
        else
            _catalog.Put(TableSchema.Unknown(name, $"it was created like {model}, which is not known"));
    }

    private void CreateSequence()
    {
        bool ifNotExists = _cursor.Accept("IF", "NOT", "EXISTS");
        TableName name = _cursor.QualifiedName(_currentDatabase);
        Concern(SchemaChangeKind.Create, name);
        if (!ifNotExists || _catalog.Find(name.Database, name.Name) == null)
            _catalog.Put(
                _cursor.IsWord("AS") ? TableSchema.Unknown(name, "it is a sequence with a type of its own") : SequenceTable.Create(name));
    }

    private void CreateIndex(KeyKind kind)
    {
        _keepsColumns = true;
        bool ifNotExists = _cursor.Accept("IF", "NOT", "EXISTS");
        string name = _cursor.Name();
        while (!_cursor.AtEnd && !_cursor.IsWord("ON")) // USING BTREE
            _cursor.Skip();
        _cursor.Expect("ON");
        TableSchema? table = ReadTable(SchemaChangeKind.Alter);
        AcceptWait();
        KeySchema key = KeyParser.ParseParts(_cursor, kind, name);
        if (table is null or { UnknownReason: not null })
            return;
        if (!table.Keys.Any(other => string.Equals(other.Name, name, StringComparison.OrdinalIgnoreCase)))
            _catalog.Put(AlterTableParser.AddKey(_cursor, table, key));
        else if (!ifNotExists)
            throw _cursor.Impossible($"there is a key {name} already");
    }

    private void Alter()
    {
        if (_cursor.AcceptAny("DATABASE", "SCHEMA") != null)
        {
            bool named = !_cursor.IsWord("DEFAULT") && !_cursor.IsWord("CHARACTER") && !_cursor.IsWord("CHARSET")
                && !_cursor.IsWord("COLLATE");
            if ((named ? _cursor.Name() : _currentDatabase) is string database)
                SetDatabaseText(database);
            return;
        }

        _cursor.Accept("ONLINE");
        _cursor.Accept("IGNORE");
        if (!_cursor.Accept("TABLE"))
            return;
        _cursor.Accept("IF", "EXISTS");
        TableSchema? table = ReadTable(SchemaChangeKind.Alter);
        AcceptWait();
        _keepsColumns = KeptColumns.Are(_cursor);
        FollowRowMoves(table);
        if (table is null or { UnknownReason: not null })
        {
            FollowRenameOfUnknown();
            return;
        }

        _cursor.Subject = $"ALTER TABLE {_tables[0]}";
        TableSchema after = AlterTableParser.Apply(
            _cursor, table, _currentDatabase, _catalog.DatabaseText(table.Database), out IReadOnlyDictionary<string, string> renamed);
        if (after.QualifiedName == table.QualifiedName)
        {
            _catalog.Put(after);
        }
        else
        {
            Concern(SchemaChangeKind.Alter, after.QualifiedName);
            Move(table.QualifiedName, after);
        }

        if (renamed.Count > 0)
            ChangeReferences(after.QualifiedName, key => key with { ReferencedColumns = [.. key.ReferencedColumns.Select(NewName)] });

        string NewName(string column) => renamed.GetValueOrDefault(column, column);
    }

    private void FollowRowMoves(TableSchema? table)
    {
        RowMoves moves = RowMoves.Find(_cursor, _currentDatabase);
        _movesRows = moves.Any;
        _convertedTo = moves.ConvertedTo;
        if (moves.Exchanged is { } exchanged)
            Concern(SchemaChangeKind.Alter, exchanged);
        if (moves.Taken is { } taken)
        {
            Concern(SchemaChangeKind.Alter, taken);
            _catalog.Remove(taken);
        }

        if (moves.Made is not { } made)
            return;
        Concern(SchemaChangeKind.Alter, made);
        _catalog.Put(table is { UnknownReason: null }
            ? table with { Database = made.Database, Name = made.Name, IsPartitioned = false, ForeignKeys = [], Triggers = [] }
            : TableSchema.Unknown(made, "it was made of a partition of a table that is not known"));
    }

    private void FollowRenameOfUnknown()
    {
        for (; !_cursor.AtEnd; _cursor.SkipOperand())
        {
            if (!_cursor.Accept("RENAME") || _cursor.IsWord("COLUMN") || _cursor.IsWord("INDEX") || _cursor.IsWord("KEY"))
                continue;
            _cursor.AcceptAny("TO", "AS");
            MoveUnknown(_tables[0], _cursor.QualifiedName(_currentDatabase));
            return;
        }
    }

    private void RemoveDatabase(string database)
    {
        Kind = SchemaChangeKind.Drop;
        _droppedDatabase = database;
        _tables.AddRange(_catalog.RemoveDatabase(database));
    }

    private void Drop()
    {
        if (_cursor.AcceptAny("DATABASE", "SCHEMA") != null)
        {
            _cursor.Accept("IF", "EXISTS");
            RemoveDatabase(_cursor.Name());
            return;
        }

        bool temporary = _cursor.Accept("TEMPORARY");
        if (_cursor.AcceptAny("TABLE", "TABLES", "SEQUENCE") != null)
            DropTables(temporary);
        else if (_cursor.Accept("INDEX"))
            DropIndex();
        else if (_cursor.Accept("TRIGGER"))
            DropTrigger();
    }

    private void DropTables(bool temporary)
    {
        _cursor.Accept("IF", "EXISTS");
        do
        {
            TableName name = _cursor.QualifiedName(_currentDatabase);
            if (temporary)
                continue;
            Concern(SchemaChangeKind.Drop, name);
            _catalog.Remove(name);
        }
        while (_cursor.AcceptSymbol(','));
    }

    private void DropIndex()
    {
        _keepsColumns = true;
        bool ifExists = _cursor.Accept("IF", "EXISTS");
        string name = _cursor.Name();
        _cursor.Expect("ON");
        if (ReadTable(SchemaChangeKind.Alter) is not { UnknownReason: null } table)
            return;
        KeySchema[] others = [.. table.Keys.Where(key => !string.Equals(key.Name, name, StringComparison.OrdinalIgnoreCase))];
        if (others.Length == table.Keys.Count && !ifExists && table.AreKeysKnown && table.ForeignKeys.Count == 0)
            throw _cursor.Impossible($"there is no key {name}");
        _catalog.Put(table with { Keys = others });
    }

    private void Rename()
    {
        _cursor.Accept("IF", "EXISTS");
        do
        {
            TableSchema? table = ReadTable(SchemaChangeKind.Rename);
            AcceptWait();
            _cursor.Expect("TO");
            TableName name = _cursor.QualifiedName(_currentDatabase);
            if (table is { UnknownReason: null })
            {
                Concern(SchemaChangeKind.Rename, name);
                Move(table.QualifiedName, table.RenamedTo(name));
            }
            else
            {
                MoveUnknown(_tables[^1], name);
                Kind = SchemaChangeKind.Rename;
            }
        }
        while (_cursor.AcceptSymbol(','));
    }

    private void Truncate()
    {
        _cursor.Accept("TABLE");
        Concern(SchemaChangeKind.Truncate, _cursor.QualifiedName(_currentDatabase));
    }

    private void SetDatabaseText(string database)
    {
        TextDefault text = default;
        while (!_cursor.AtEnd)
        {
            if (TableOptionParser.TryParseText(_cursor, text, default) is TextDefault said)
                text = said;
            else
                _cursor.Skip();
        }

        _catalog.SetDatabaseText(database, text.Within(_catalog.DatabaseText(database)));
    }

    /// <summary>Reads a table's name and finds the table, as the named database's own.</summary>
    private TableSchema? ReadTable(SchemaChangeKind kind)
    {
        TableName name = _cursor.QualifiedName(_currentDatabase);
        Concern(kind, name);
        return _catalog.Find(name.Database, name.Name) is TableSchema table ? InDatabase(table, name.Database) : null;
    }

    private static TableSchema InDatabase(TableSchema table, string? database)
    {
        if (table.Database != null || database == null)
            return table;
        return table with { Database = database, ForeignKeys = [.. table.ForeignKeys.Select(Qualified)] };

        ForeignKeySchema Qualified(ForeignKeySchema key) =>
            key.ReferencedTable.Database != null ? key : key with { ReferencedTable = key.ReferencedTable with { Database = database } };
    }

    private void AcceptWait()
    {
        if (_cursor.Accept("WAIT"))
            _cursor.Number();
        else
            _cursor.Accept("NOWAIT");
    }

    private void Concern(SchemaChangeKind kind, TableName name)
    {
        Kind = kind;
        _tables.Add(name);
    }

    private void Move(TableName from, TableSchema table)
    {
        _catalog.Remove(from);
        _catalog.Put(table);
        ChangeReferences(from, key => key with { ReferencedTable = table.QualifiedName });
    }

    private void MoveUnknown(TableName from, TableName to)
    {
        Concern(SchemaChangeKind.Alter, to);
        _catalog.Remove(from);
        _catalog.Put(TableSchema.Unknown(to, $"it was renamed from {from}, which is not known"));
    }

    private void ChangeReferences(TableName parent, Func<ForeignKeySchema, ForeignKeySchema> change)
    {
        TableSchema[] children = [.. _catalog.Tables.Where(table => table.ForeignKeys.Any(key => key.ReferencedTable == parent))];
        foreach (TableSchema child in children)
        {
            IEnumerable<ForeignKeySchema> keys = child.ForeignKeys.Select(key => key.ReferencedTable == parent ? change(key) : key);
            _catalog.Put(child with { ForeignKeys = [.. keys] });
        }
    }
}
