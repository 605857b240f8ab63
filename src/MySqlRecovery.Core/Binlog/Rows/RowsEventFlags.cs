namespace MySqlRecovery.Binlog.Rows;

/// <summary>Flags of a row event (MySQL: libs/mysql/binlog/event/rows_event.h <c>enum_flag</c>).</summary>
[Flags]
internal enum RowsEventFlags : ushort
{
    None = 0,

    /// <summary>STMT_END_F: the last row event of its statement; table maps end here.</summary>
    StatementEnd = 0x1,
    NoForeignKeyChecks = 0x2,
    RelaxedUniqueChecks = 0x4,
    CompleteRows = 0x8,

    /// <summary>MySQL 9.6+: foreign keys are the SQL layer's, and the rows that a cascade changed are in the log.</summary>
    UseSqlForeignKey = 0x10,
}
