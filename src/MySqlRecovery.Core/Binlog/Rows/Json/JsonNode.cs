namespace MySqlRecovery.Binlog.Rows.Json;

/// <summary>A JSON value that can be changed: what partial updates are applied to.</summary>
internal sealed class JsonNode
{
    private JsonNode(JsonKind kind, byte[] scalar) => (Kind, Scalar) = (kind, scalar);

    /// <summary>The kind; containers are small here, whatever they were: their size decides when they are written.</summary>
    public JsonKind Kind { get; }

    /// <summary>Bytes of a scalar as the binary form has them after the type.</summary>
    public byte[] Scalar { get; }

    /// <summary>Members of an object in the binary form's order: shorter names first, then by bytes.</summary>
    public List<(byte[] Key, JsonNode Value)> Members { get; } = [];

    /// <summary>Elements of an array.</summary>
    public List<JsonNode> Elements { get; } = [];

    public static JsonNode Parse(ReadOnlySpan<byte> document)
    {
        var budget = new JsonBudget(document);
        return From(JsonValue.Parse(document), 0, ref budget);
    }

    /// <summary>Applies a change: 0 replaces, 1 inserts, 2 removes (MySQL: sql-common/json_diff.h
    /// <c>enum_json_diff_operation</c>).</summary>
    public void Apply(byte operation, ReadOnlySpan<byte> path, JsonNode? value)
    {
        List<object> legs = JsonPath.Parse(path);
        if (legs.Count == 0)
            throw new InvalidDataException("a JSON change of the whole document");
        JsonNode parent = this;
        for (int i = 0; i < legs.Count - 1; i++)
            parent = parent.Child(legs[i]);
        if (legs[^1] is byte[] key)
            parent.ApplyToMember(operation, key, value);
        else
            parent.ApplyToElement(operation, (int)legs[^1], value);
    }

    private static JsonNode From(in JsonValue value, int depth, ref JsonBudget budget)
    {
        budget.Spend(value, depth);
        if (!value.IsContainer)
            return new JsonNode(value.Kind, value.ScalarBytes.ToArray());
        var node = new JsonNode(value.IsObject ? JsonKind.SmallObject : JsonKind.SmallArray, []);
        for (int i = 0; i < value.Count; i++)
        {
            JsonNode child = From(value.Element(i), depth + 1, ref budget);
            if (!value.IsObject)
            {
                node.Elements.Add(child);
                continue;
            }

            budget.Spend(value.Key(i));
            node.Members.Add((value.Key(i).ToArray(), child));
        }

        return node;
    }

    private JsonNode Child(object leg)
    {
        if (leg is byte[] key && FindMember(key, out int at))
            return Members[at].Value;
        return leg is int index && index < Elements.Count ? Elements[index] : throw Missing();
    }

    private void ApplyToMember(byte operation, byte[] key, JsonNode? value)
    {
        bool isThere = FindMember(key, out int at);
        if (Kind != JsonKind.SmallObject || (operation == 1) == isThere)
            throw Missing();
        if (operation == 2)
            Members.RemoveAt(at);
        else if (operation == 1)
            Members.Insert(at, (key, value!));
        else
            Members[at] = (key, value!);
    }

    private void ApplyToElement(byte operation, int index, JsonNode? value)
    {
        if (Kind != JsonKind.SmallArray || (operation != 1 && index >= Elements.Count))
            throw Missing();
        if (operation == 2)
            Elements.RemoveAt(index);
        else if (operation == 1)
            Elements.Insert(Math.Min(index, Elements.Count), value!);
        else
            Elements[index] = value!;
    }

    private bool FindMember(byte[] key, out int at)
    {
        for (at = 0; at < Members.Count; at++)
        {
            int order = Members[at].Key.Length - key.Length;
            order = order != 0 ? order : Members[at].Key.AsSpan().SequenceCompareTo(key);
            if (order >= 0)
                return order == 0;
        }

        return false;
    }

    private static InvalidDataException Missing() => new("a JSON change of a place that the document does not have");
}
