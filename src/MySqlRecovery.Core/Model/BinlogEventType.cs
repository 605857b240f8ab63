using MySqlRecovery.Binlog.Rows;
using MySqlRecovery.Gtids;

namespace MySqlRecovery.Model;

/// <summary>
/// Every event type of MySQL 5.0 to 9.7 and MariaDB to 12.3, by the server's own name
/// (MySQL: libs/mysql/binlog/event/binlog_event.h <c>enum Log_event_type</c>; MariaDB: sql/log_event.h). Row events of
/// version 2 (MySQL 5.6+) carry the plain name, older layouts their version.
/// </summary>
public enum BinlogEventType : byte
{
#pragma warning disable CS1591 // the names are the server's
    Unknown = 0,
    StartV3 = 1,
    Query = 2,
    Stop = 3,
    Rotate = 4,
    Intvar = 5,
    Load = 6,
    Slave = 7,
    CreateFile = 8,
    AppendBlock = 9,
    ExecLoad = 10,
    DeleteFile = 11,
    NewLoad = 12,
    Rand = 13,
    UserVar = 14,
    FormatDescription = 15,
    Xid = 16,
    BeginLoadQuery = 17,
    ExecuteLoadQuery = 18,
    TableMap = 19,
    PreGaWriteRows = 20,
    PreGaUpdateRows = 21,
    PreGaDeleteRows = 22,
    WriteRowsV1 = 23,
    UpdateRowsV1 = 24,
    DeleteRowsV1 = 25,
    Incident = 26,
    Heartbeat = 27,
    Ignorable = 28,
    RowsQuery = 29,
    WriteRows = 30,
    UpdateRows = 31,
    DeleteRows = 32,
    Gtid = 33,
    AnonymousGtid = 34,
    PreviousGtids = 35,
    TransactionContext = 36,
    ViewChange = 37,
    XaPrepare = 38,
    PartialUpdateRows = 39,
    TransactionPayload = 40,
    HeartbeatV2 = 41,
    GtidTagged = 42,
    MariaDbAnnotateRows = 160,
    MariaDbBinlogCheckpoint = 161,
    MariaDbGtid = 162,
    MariaDbGtidList = 163,
    MariaDbStartEncryption = 164,
    MariaDbQueryCompressed = 165,
    MariaDbWriteRowsCompressedV1 = 166,
    MariaDbUpdateRowsCompressedV1 = 167,
    MariaDbDeleteRowsCompressedV1 = 168,
    MariaDbWriteRowsCompressed = 169,
    MariaDbUpdateRowsCompressed = 170,
    MariaDbDeleteRowsCompressed = 171,
    MariaDbPartialRowData = 172,
#pragma warning restore CS1591
}
