using MySqlRecovery.Binlog.Events;
using MySqlRecovery.Binlog.Rows.Json;
using MySqlRecovery.Text;

namespace MySqlRecovery.Output.Sql;

/// <summary>
/// JSON documents as SQL. Text alone loses the types DECIMAL, DATE, TIME, DATETIME and small UNSIGNED that a document can
/// hold: such documents are written as JSON_OBJECT and JSON_ARRAY expressions with casts.
/// </summary>
internal static class JsonSql
{
    /// <summary>A value for a JSON column.</summary>
    public static void Write(ReadOnlySpan<byte> document, TextBuffer sql)
    {
        var budget = new JsonBudget(document);
        if (NeedsExpression(JsonValue.Parse(document), 0, ref budget))
            WriteTopLevel(document, sql);
        else
            WriteText(document, sql);
    }

    /// <summary>The text that the server prints for a value.</summary>
    public static void WriteText(ReadOnlySpan<byte> document, TextBuffer sql)
    {
        using var text = new TextBuffer();
        JsonText.Write(document, text);
        SqlLiteral.WriteUtf8(text.Written, sql);
    }

    /// <summary>
    /// Whether SQL can make the document exactly. Opaque BIT and BLOB values have no literal; MariaDB's logs have none.
    /// </summary>
    public static bool IsExpressible(ReadOnlySpan<byte> document)
    {
        var budget = new JsonBudget(document);
        return IsExpressible(JsonValue.Parse(document), 0, ref budget);
    }

    private static bool IsExpressible(in JsonValue value, int depth, ref JsonBudget budget)
    {
        budget.Spend(value, depth);
        if (value.Kind == JsonKind.Opaque)
            return value.OpaqueType == ColumnType.NewDecimal
                ? IsDecimal(value) : IsCastable(value.OpaqueType) || value.OpaqueType == ColumnType.VarChar;
        if (!value.IsContainer)
            return true;
        for (int i = 0; i < value.Count; i++)
        {
            if (!IsExpressible(value.Element(i), depth + 1, ref budget))
                return false;
        }

        return true;
    }

    private static bool NeedsExpression(in JsonValue value, int depth, ref JsonBudget budget)
    {
        budget.Spend(value, depth);
        if (value.Kind == JsonKind.Opaque)
            return true;
        // The parser of JSON text makes signed integers of all numbers that fit.
        if (value.Kind is JsonKind.UInt16 or JsonKind.UInt32 or JsonKind.UInt64)
            return value.UInt64 <= long.MaxValue;
        if (!value.IsContainer)
            return false;
        for (int i = 0; i < value.Count; i++)
        {
            if (NeedsExpression(value.Element(i), depth + 1, ref budget))
                return true;
        }

        return false;
    }

    private static void WriteTopLevel(ReadOnlySpan<byte> document, TextBuffer sql)
    {
        JsonValue value = JsonValue.Parse(document);
        var budget = new JsonBudget(document);
        if (value.IsContainer)
        {
            WriteExpression(value, sql, 0, ref budget);
            return;
        }

        sql.Append("CAST("u8);
        WriteExpression(value, sql, 0, ref budget);
        sql.Append(" AS JSON)"u8);
    }

    private static void WriteExpression(in JsonValue value, TextBuffer sql, int depth, ref JsonBudget budget)
    {
        budget.Spend(value, depth);
        if (value.IsContainer)
            WriteContainer(value, sql, depth, ref budget);
        else if (value.Kind == JsonKind.Opaque)
            WriteOpaque(value, sql);
        else if (value.Kind == JsonKind.String)
            SqlLiteral.WriteUtf8(value.Text, sql);
        else if (value.Kind == JsonKind.Double)
            SqlLiteral.WriteDouble(value.Double, sql);
        else
            WriteSimple(value, sql);
    }

    private static void WriteContainer(in JsonValue value, TextBuffer sql, int depth, ref JsonBudget budget)
    {
        sql.Append(value.IsObject ? "JSON_OBJECT("u8 : "JSON_ARRAY("u8);
        for (int i = 0; i < value.Count; i++)
        {
            sql.HandOn();
            if (i > 0)
                sql.Append(", "u8);
            if (value.IsObject)
            {
                budget.Spend(value.Key(i));
                SqlLiteral.WriteUtf8(value.Key(i), sql);
                sql.Append(", "u8);
            }

            WriteExpression(value.Element(i), sql, depth + 1, ref budget);
        }

        sql.Append((byte)')');
    }

    private static void WriteSimple(in JsonValue value, TextBuffer sql)
    {
        bool isUnsigned = value.Kind is JsonKind.UInt16 or JsonKind.UInt32 or JsonKind.UInt64;
        bool isLiteral = value.Kind == JsonKind.Literal;
        if (isUnsigned || isLiteral)
            sql.Append(isLiteral ? "CAST('"u8 : "CAST("u8);
        JsonText.WriteScalar(value, sql);
        if (isUnsigned || isLiteral)
            sql.Append(isLiteral ? "' AS JSON)"u8 : " AS UNSIGNED)"u8);
    }

    private static void WriteOpaque(in JsonValue value, TextBuffer sql)
    {
        if (!IsCastable(value.OpaqueType))
        {
            SqlLiteral.WriteHex(value.OpaqueData, sql);
            return;
        }

        bool isDecimal = value.OpaqueType == ColumnType.NewDecimal;
        sql.Append(isDecimal ? "CAST("u8 : "CAST('"u8);
        JsonText.TryWriteOpaqueText(value, sql);
        if (isDecimal)
        {
            sql.Append(" AS DECIMAL("u8);
            sql.Append((long)Math.Min((int)value.OpaqueData[0], DecimalText.MaximumPrecision));
            sql.Append((byte)',');
            sql.Append((long)value.OpaqueData[1]);
            sql.Append("))"u8);
            return;
        }

        sql.Append(value.OpaqueType switch
        {
            ColumnType.Date => "' AS DATE)"u8,
            ColumnType.Time => "' AS TIME(6))"u8,
            _ => "' AS DATETIME(6))"u8,
        });
    }

    // A document may count more digits than a DECIMAL has; what it holds must fit into one.
    private static bool IsDecimal(in JsonValue value)
    {
        using var text = new TextBuffer();
        JsonText.TryWriteOpaqueText(value, text);
        int digits = text.Written.Length - text.Written.Count((byte)'.') - text.Written.Count((byte)'-');
        return digits <= DecimalText.MaximumPrecision && value.OpaqueData[1] <= DecimalText.MaximumScaleOfMySql;
    }

    private static bool IsCastable(ColumnType type) =>
        type is ColumnType.NewDecimal or ColumnType.Date or ColumnType.Time or ColumnType.DateTime or ColumnType.Timestamp;
}
