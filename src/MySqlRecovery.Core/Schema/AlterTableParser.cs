using MySqlRecovery.Model;
using MySqlRecovery.Text;

namespace MySqlRecovery.Schema;

/// <summary>
/// Reads the changes of an ALTER TABLE and applies them. As on the server, DROP, CHANGE and RENAME name what the table has
/// before the statement, AFTER and new keys name the columns that it has then.
/// </summary>
internal sealed class AlterTableParser
{
    private readonly StatementCursor _cursor;
    private readonly TableSchema _table;
    private readonly string? _currentDatabase;
    private readonly TableDraft _draft;
    private readonly ColumnChanges _columns;
    private int _oldKeys;
    private int _oldForeignKeys;
    private TableName _name;
    private bool _converts;
    private bool _dropsKey;
    private bool _dropsPrimaryKey;

    private AlterTableParser(
        StatementCursor cursor, TableSchema table, string? currentDatabase, TextDefault databaseText, bool takesAnyName = false)
    {
        _cursor = cursor;
        _table = table;
        _currentDatabase = currentDatabase;
        _name = table.QualifiedName;
        bool hasOwnPeriod = !table.Columns.Any(SystemVersioning.IsImplicit);
        _draft = new TableDraft
        {
            Table = table,
            DatabaseText = databaseText,
            OuterText = new TextDefault(table.CharacterSet, table.Collation),
            IsSystemVersioned = table.RowEndColumn != null,
            OwnRowStart = hasOwnPeriod ? table.RowStartColumn : null,
            OwnRowEnd = hasOwnPeriod ? table.RowEndColumn : null,
            Keys = [.. table.Keys],
            ForeignKeys = [.. table.ForeignKeys],
        };
        _oldKeys = table.Keys.Count;
        _oldForeignKeys = table.ForeignKeys.Count;
        _columns = new ColumnChanges(cursor, table.Columns.Where(column => !SystemVersioning.IsImplicit(column)), takesAnyName);
    }

    /// <summary>Applies the changes.</summary>
    /// <param name="cursor">Stands after the table's name.</param>
    /// <param name="table">The table before.</param>
    /// <param name="currentDatabase">The database of names that come without one.</param>
    /// <param name="databaseText">The default of the table's database.</param>
    /// <param name="renamedColumns">The new names of the columns that were renamed, by their old ones.</param>
    /// <returns>The table after, under its new name if it got one.</returns>
    /// <exception cref="RecoveryException">SchemaNotUnderstood; or the changes do not fit the table.</exception>
    public static TableSchema Apply(
        StatementCursor cursor,
        TableSchema table,
        string? currentDatabase,
        TextDefault databaseText,
        out IReadOnlyDictionary<string, string> renamedColumns)
    {
        var parser = new AlterTableParser(cursor, table, currentDatabase, databaseText);
        parser.Parse();
        renamedColumns = parser._columns.Renamed;
        return parser.Build();
    }

    /// <summary>Reads the changes that an ALTER TABLE makes to a table that is not known.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="currentDatabase">The database of names that come without one.</param>
    /// <exception cref="RecoveryException">SchemaNotUnderstood.</exception>
    public static AlteredTable Read(LoggedStatement statement, string? currentDatabase)
    {
        StatementCursor cursor = statement.Open();
        cursor.Expect("ALTER");
        cursor.Accept("ONLINE");
        cursor.Accept("IGNORE");
        cursor.Expect("TABLE");
        cursor.Accept("IF", "EXISTS");
        TableName name = cursor.QualifiedName(currentDatabase);
        if (cursor.Accept("WAIT"))
            cursor.Number();
        else
            cursor.Accept("NOWAIT");
        var unknown = new TableSchema { Database = name.Database, Name = name.Name, AreKeysKnown = false };
        var parser = new AlterTableParser(cursor, unknown, currentDatabase, default, takesAnyName: true);
        parser.Parse();
        return new AlteredTable(
            parser._columns, parser._dropsPrimaryKey || parser._draft.Keys.Exists(k => k.IsPrimary),
            parser._dropsKey || parser._draft.Keys.Exists(k => k.IsUnique), parser._converts);
    }

    /// <summary>The table with one key more.</summary>
    public static TableSchema AddKey(StatementCursor cursor, TableSchema table, KeySchema key)
    {
        var parser = new AlterTableParser(cursor, table, currentDatabase: null, databaseText: default);
        parser._draft.AddKey(cursor, key);
        return parser.Build();
    }

    private void Parse()
    {
        while (!_cursor.AtEnd)
        {
            ParseChange();
            while (!_cursor.AtEnd && !_cursor.AcceptSymbol(','))
                ParseOption(); // options and partitioning may follow without a comma
        }
    }

    private void ParseChange()
    {
        if (_cursor.Accept("ADD"))
            ParseAdd();
        else if (_cursor.Accept("DROP"))
            ParseDrop();
        else if (_cursor.Accept("MODIFY"))
            ParseModify();
        else if (_cursor.Accept("CHANGE"))
            ParseChangeColumn();
        else if (_cursor.Accept("ALTER"))
            ParseAlter();
        else if (_cursor.Accept("RENAME"))
            ParseRename();
        else if (_cursor.Accept("CONVERT", "TO"))
            ParseConvert();
        else if (_cursor.Accept("ORDER", "BY"))
            _cursor.SkipAll();
        else
            ParseOption();
    }

    private void ParseAdd()
    {
        if (_cursor.IsWord("PARTITION"))
        {
            _cursor.SkipAll();
        }
        else if (_cursor.Accept("SYSTEM", "VERSIONING"))
        {
            _draft.IsSystemVersioned = true;
        }
        else if (_cursor.Accept("COLUMN") || !KeyParser.TryParse(_cursor, _draft))
        {
            bool onlyIfNew = _cursor.Accept("IF", "NOT", "EXISTS");
            if (!_cursor.AcceptSymbol('('))
            {
                AddColumn(onlyIfNew);
                return;
            }

            do
            {
                if (!KeyParser.TryParse(_cursor, _draft))
                    AddColumn(onlyIfNew);
            }
            while (_cursor.AcceptSymbol(','));
            _cursor.ExpectSymbol(')');
        }
    }

    private void AddColumn(bool onlyIfNew)
    {
        ColumnChange change = ParseDefinition(null); // its UNIQUE counts even if the column is there (MariaDB 10.11)
        if (!onlyIfNew || !_columns.Exists(change.Draft.Column.Name))
            _columns.Define(change);
    }

    private void ParseModify()
    {
        _cursor.Accept("COLUMN");
        bool onlyIfThere = _cursor.Accept("IF", "EXISTS");
        ColumnChange change = ParseDefinition(null);
        if (!onlyIfThere || _columns.Exists(change.Draft.Column.Name))
            _columns.Define(change with { OldName = change.Draft.Column.Name });
    }

    private void ParseChangeColumn()
    {
        _cursor.Accept("COLUMN");
        bool onlyIfThere = _cursor.Accept("IF", "EXISTS");
        string name = _cursor.Name();
        ColumnChange change = ParseDefinition(name);
        if (!onlyIfThere || _columns.Exists(name))
            _columns.Define(change);
    }

    private ColumnChange ParseDefinition(string? oldName)
    {
        ColumnDraft draft = ColumnParser.Parse(_cursor, _draft);
        bool first = _cursor.Accept("FIRST");
        return new ColumnChange(oldName, draft, first, !first && _cursor.Accept("AFTER") ? _cursor.Name() : null);
    }

    private void ParseDrop()
    {
        if (_cursor.IsWord("PARTITION"))
            _cursor.SkipAll();
        else if (_cursor.Accept("PRIMARY", "KEY"))
            DropKey("PRIMARY", _cursor.Accept("IF", "EXISTS"));
        else if (_cursor.AcceptAny("INDEX", "KEY") != null)
            DropKey(ifExists: _cursor.Accept("IF", "EXISTS"), name: _cursor.Name());
        else if (_cursor.Accept("FOREIGN", "KEY"))
            DropForeignKey(ifExists: _cursor.Accept("IF", "EXISTS"), name: _cursor.Name());
        else if (_cursor.Accept("CONSTRAINT"))
            DropConstraint();
        else if (_cursor.Accept("CHECK") || _cursor.Accept("PERIOD", "FOR"))
            _cursor.SkipItem();
        else if (_cursor.Accept("SYSTEM", "VERSIONING"))
            DropSystemVersioning();
        else
            DropColumn();
    }

    private void DropColumn()
    {
        _cursor.Accept("COLUMN");
        bool ifExists = _cursor.Accept("IF", "EXISTS");
        string name = _cursor.Name();
        _cursor.AcceptAny("RESTRICT", "CASCADE");
        if (!ifExists || _columns.Exists(name))
            _columns.Drop(name);
    }

    private void DropKey(string name, bool ifExists)
    {
        _dropsKey = true;
        _dropsPrimaryKey |= string.Equals(name, "PRIMARY", StringComparison.OrdinalIgnoreCase);
        int index = FindKey(name);
        if (index >= 0)
        {
            _draft.Keys.RemoveAt(index);
            _oldKeys--;
        }
        else if (!ifExists && _table.AreKeysKnown && !IsIndexOfForeignKey(name))
        {
            throw _cursor.Impossible($"there is no key {name}");
        }
    }

    private int FindKey(string name) =>
        _draft.Keys.FindIndex(0, _oldKeys, key => string.Equals(key.Name, name, StringComparison.OrdinalIgnoreCase));

    // InnoDB makes an index for a foreign key without the text saying so, under one of these names.
    private bool IsIndexOfForeignKey(string name) => _table.ForeignKeys.Any(key =>
        string.Equals(key.Name, name, StringComparison.OrdinalIgnoreCase)
            || string.Equals(key.Columns[0], name, StringComparison.OrdinalIgnoreCase));

    private bool DropForeignKey(string name, bool ifExists)
    {
        int index = _draft.ForeignKeys.FindIndex(
            0, _oldForeignKeys, key => string.Equals(key.Name, name, StringComparison.OrdinalIgnoreCase));
        if (index >= 0)
        {
            _draft.ForeignKeys.RemoveAt(index);
            _oldForeignKeys--;
        }
        else if (!ifExists && _table.AreKeysKnown)
        {
            throw _cursor.Impossible($"there is no foreign key {name}");
        }

        return index >= 0;
    }

    private void DropConstraint()
    {
        _cursor.Accept("IF", "EXISTS");
        string name = _cursor.Name();
        if (!DropForeignKey(name, ifExists: true))
            DropKey(name, ifExists: true); // if it is none either, it is a CHECK, which the schema does not hold
    }

    private void DropSystemVersioning()
    {
        for (int i = 0; i < _oldKeys; i++)
            _draft.Keys[i] = _draft.Keys[i] with { Parts = [.. _draft.Keys[i].Parts.Where(part => part.Column != _table.RowEndColumn)] };
        _draft.IsSystemVersioned = false;
    }

    private void ParseAlter()
    {
        if (_cursor.AcceptAny("INDEX", "KEY", "CHECK", "CONSTRAINT") != null)
        {
            _cursor.SkipItem();
            return;
        }

        _cursor.Accept("COLUMN");
        bool ifExists = _cursor.Accept("IF", "EXISTS");
        string name = _cursor.Name();
        bool invisible = _cursor.Accept("SET", "INVISIBLE");
        if (invisible || _cursor.Accept("SET", "VISIBLE"))
            _columns.SetInvisible(name, invisible);
        else if (!_cursor.Accept("DROP", "DEFAULT") && !_cursor.Accept("SET", "DEFAULT"))
            throw _cursor.Unexpected("SET or DROP DEFAULT");
        else if (!ifExists && !_columns.WillExist(name))
            throw _cursor.Impossible($"there is no column {name}");
        else
            _cursor.SkipItem();
    }

    private void ParseRename()
    {
        if (_cursor.Accept("COLUMN"))
        {
            bool ifExists = _cursor.Accept("IF", "EXISTS");
            string name = _cursor.Name();
            _cursor.Expect("TO");
            string newName = _cursor.Name();
            if (!ifExists || _columns.Exists(name))
                _columns.Rename(name, newName);
        }
        else if (_cursor.AcceptAny("INDEX", "KEY") != null)
        {
            bool ifExists = _cursor.Accept("IF", "EXISTS");
            string name = _cursor.Name();
            _cursor.Expect("TO");
            string newName = _cursor.Name();
            int index = FindKey(name);
            if (index >= 0)
                _draft.Keys[index] = _draft.Keys[index] with { Name = newName };
            else if (!ifExists && _table.AreKeysKnown && !IsIndexOfForeignKey(name))
                throw _cursor.Impossible($"there is no key {name}");
        }
        else
        {
            if (_cursor.AcceptAny("TO", "AS") == null)
                _cursor.AcceptSymbol('=');
            _name = _cursor.QualifiedName(_currentDatabase);
        }
    }

    private void ParseConvert()
    {
        if (!TableOptionParser.AcceptCharacterSet(_cursor))
            throw _cursor.Unexpected("CHARACTER SET");
        _cursor.AcceptSymbol('=');
        _draft.Text = _cursor.Accept("DEFAULT") ? _draft.DatabaseText : _draft.Text.WithCharacterSet(_cursor.NameOrString());
        if (_cursor.Accept("COLLATE"))
        {
            _cursor.AcceptSymbol('=');
            _draft.Text = _draft.Text.WithCollation(_cursor.NameOrString());
        }

        _converts = true;
    }

    private void ParseOption()
    {
        switch (_cursor.PeekWord())
        {
            case "PARTITION":
                _draft.Table = _draft.Table with { IsPartitioned = true };
                _cursor.SkipAll();
                break;
            case "REMOVE":
                _draft.Table = _draft.Table with { IsPartitioned = false };
                _cursor.SkipAll();
                break;
            case "COALESCE" or "CONVERT" or "REORGANIZE" or "EXCHANGE" or "ANALYZE" or "CHECK" or "OPTIMIZE" or "REBUILD"
                or "REPAIR" or "TRUNCATE" or "UPGRADE":
                _cursor.SkipAll(); // of partitions
                break;
            case "ALGORITHM" or "LOCK" or "FORCE" or "ENABLE" or "DISABLE" or "DISCARD" or "IMPORT" or "WITH" or "WITHOUT"
                or "SECONDARY_LOAD" or "SECONDARY_UNLOAD":
                _cursor.SkipItem();
                break;
            default:
                if (!TableOptionParser.TryParse(_cursor, _draft))
                    throw _cursor.Unexpected("a change that ALTER TABLE knows");
                break;
        }
    }

    private TableSchema Build()
    {
        for (int i = 0; i < _oldKeys; i++)
            _draft.Keys[i] = _draft.Keys[i] with { Parts = [.. _draft.Keys[i].Parts.Select(AfterRename).OfType<KeyPart>()] };
        _draft.Keys.RemoveAll(key => key.Parts.Count == 0);
        for (int i = 0; i < _oldForeignKeys; i++)
        {
            ForeignKeySchema key = _draft.ForeignKeys[i];
            _draft.ForeignKeys[i] = key with { Columns = [.. key.Columns.Select(column => _columns.NewName(column) ?? column)] };
        }

        return _draft.Build(_cursor, _columns.Apply(_draft.EffectiveText, _converts)).RenamedTo(_name);
    }

    private KeyPart? AfterRename(KeyPart part) =>
        part.Column == null ? part : _columns.NewName(part.Column) is string name ? part with { Column = name } : null;
}

/// <summary>What an ALTER TABLE does to a table, whatever the table is.</summary>
/// <param name="Columns">Its columns.</param>
/// <param name="ChangesPrimaryKey">Whether a primary key comes or goes.</param>
/// <param name="ChangesUniqueKeys">Whether another key that may be unique comes or goes.</param>
/// <param name="Converts">Whether it has CONVERT TO CHARACTER SET.</param>
internal sealed record AlteredTable(ColumnChanges Columns, bool ChangesPrimaryKey, bool ChangesUniqueKeys, bool Converts);
