using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MySqlRecovery.Consistency.Data;

/// <summary>
/// JSON documents in one way of writing: keys in the order of MySQL (by length, then by bytes), numbers without what does not
/// change their value, strings with no more escapes than there must be.
/// </summary>
internal static class JsonText
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 200 };
    private static readonly JsonWriterOptions Writing = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 200,
        SkipValidation = true
    };

    /// <summary>The document so written; what is no JSON stays as it is.</summary>
    public static byte[] Normalize(byte[] text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, Reading);
            var output = new ArrayBufferWriter<byte>(text.Length);
            using (var writer = new Utf8JsonWriter(output, Writing))
                Write(document.RootElement, writer);
            return output.WrittenSpan.ToArray();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return text;
        }
    }

    private static void Write(JsonElement element, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty property in element.EnumerateObject().OrderBy(p => System.Text.Encoding.UTF8.GetByteCount(p.Name))
                    .ThenBy(p => p.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    Write(property.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray())
                    Write(item, writer);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(Number(element.GetRawText()), skipInputValidation: true);
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    /// <summary>The same value: whole numbers of up to 20 digits as such, others with their digits and an exponent, all of them
    /// exactly.</summary>
    private static string Number(string text)
    {
        const int MaximumWhole = 20;
        int e = text.IndexOfAny(['e', 'E']);
        string mantissa = e < 0 ? text : text[..e];
        if (!long.TryParse(e < 0 ? "0" : text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long exponent))
            return text;
        bool isNegative = mantissa[0] == '-';
        mantissa = mantissa.TrimStart('-');
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
            (exponent, mantissa) = (exponent - (mantissa.Length - point - 1), mantissa.Remove(point, 1));
        mantissa = mantissa.TrimStart('0');
        string digits = mantissa.TrimEnd('0');
        if (digits.Length == 0)
            return "0";
        exponent += mantissa.Length - digits.Length;
        string sign = isNegative ? "-" : "";
        return exponent switch
        {
            >= 0 when exponent + digits.Length <= MaximumWhole => sign + digits + new string('0', (int)exponent),
            < 0 when -exponent < digits.Length => sign + digits[..^(int)-exponent] + "." + digits[^(int)-exponent..],
            _ => string.Create(CultureInfo.InvariantCulture, $"{sign}{digits}e{exponent}"),
        };
    }
}
