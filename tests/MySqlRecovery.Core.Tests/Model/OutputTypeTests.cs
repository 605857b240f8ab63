using System.Collections.Specialized;
using System.Reflection;
using MySqlRecovery.Model;
using Xunit;

namespace MySqlRecovery.Core.Tests.Model;

/// <summary>What lets PowerShell rebuild an output object from the property bag that remoting and Import-Clixml make of it.</summary>
public class OutputTypeTests
{
    private static readonly HashSet<Type> Allowed =
    [
        typeof(string), typeof(bool), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint),
        typeof(long), typeof(ulong), typeof(decimal), typeof(double), typeof(DateTime), typeof(TimeSpan), typeof(Guid),
        typeof(byte[]), typeof(string[]), typeof(OrderedDictionary),
        // The types file has those that hold it travel three levels deep; Remoting.Tests.ps1 shows that it arrives.
        typeof(LaterChange[]),
    ];

    public static TheoryData<Type> OutputTypes => [.. typeof(BinlogEvent).Assembly.GetExportedTypes()
        .Where(t => t.Namespace == typeof(BinlogEvent).Namespace && !t.IsEnum && !typeof(Exception).IsAssignableFrom(t))];

    [Fact]
    public void The_types_that_cmdlets_write_are_found() =>
        Assert.Superset(
            new HashSet<Type> { typeof(BinlogEvent), typeof(RowChange), typeof(BinlogSummary), typeof(UndoBinlog), typeof(SqlExport),
                typeof(TableRow) },
            OutputTypes.Select(row => row.Data).ToHashSet());

    [Theory, MemberData(nameof(OutputTypes))]
    public void An_output_type_is_a_sealed_class_with_a_public_parameterless_constructor(Type type)
    {
        Assert.True(type is { IsClass: true, IsSealed: true, IsAbstract: false });
        Assert.NotNull(type.GetConstructor(Type.EmptyTypes));
        Assert.Empty(type.GetFields());
    }

    [Theory, MemberData(nameof(OutputTypes))]
    public void Every_property_can_be_read_and_set(Type type) =>
        Assert.All(type.GetProperties(), property =>
        {
            Assert.NotNull(property.GetMethod);
            Assert.True(property.SetMethod?.IsPublic, property.Name);
            Assert.DoesNotContain(typeof(System.Runtime.CompilerServices.IsExternalInit),
                property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers());
        });

    [Theory, MemberData(nameof(OutputTypes))]
    public void Every_property_is_of_a_type_that_survives_remoting(Type type) =>
        Assert.All(type.GetProperties(BindingFlags.Public | BindingFlags.Instance), property =>
        {
            Type bare = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            Assert.True(bare.IsEnum || Allowed.Contains(bare), $"{type.Name}.{property.Name} is a {property.PropertyType}");
        });

    [Theory, MemberData(nameof(OutputTypes))]
    public void The_getters_of_an_empty_object_do_not_throw(Type type)
    {
        object empty = Activator.CreateInstance(type)!;
        Assert.All(type.GetProperties(), property => Assert.Null(Record.Exception(() => property.GetValue(empty))));
        Assert.NotNull(empty.ToString());
    }

    /// <summary>PowerShell sets an empty text where the stored object had null.</summary>
    [Theory, MemberData(nameof(OutputTypes))]
    public void A_text_that_can_be_null_is_null_after_an_empty_text_was_set(Type type)
    {
        object made = Activator.CreateInstance(type)!;
        var nullability = new NullabilityInfoContext();
        foreach (PropertyInfo property in type.GetProperties().Where(p => p.PropertyType == typeof(string)))
        {
            property.SetValue(made, string.Empty);
            Assert.Equal(nullability.Create(property).ReadState == NullabilityState.Nullable ? null : string.Empty,
                property.GetValue(made));
        }
    }
}
