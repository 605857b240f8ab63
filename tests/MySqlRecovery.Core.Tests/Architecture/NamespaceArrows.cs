using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace MySqlRecovery.Core.Tests.Architecture;

/// <summary>
/// Which namespaces of this project an assembly's namespaces use: in base types, fields, signatures, locals and the code of
/// methods. Constants are not seen, the compiler copies their values.
/// </summary>
internal sealed class NamespaceArrows
{
    private const string Root = "MySqlRecovery";

    private static readonly Dictionary<short, OperandType> Operands = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value, code => code.OperandType);

    private readonly MetadataReader _reader;
    private readonly PEReader _file;
    private readonly Names _names = new();
    private readonly Dictionary<(string From, string To), string> _arrows = [];

    private NamespaceArrows(PEReader file)
    {
        _file = file;
        _reader = file.GetMetadataReader();
        foreach (TypeDefinitionHandle handle in _reader.TypeDefinitions)
            AddType(_reader.GetTypeDefinition(handle), Names.Of(_reader, handle));
    }

    /// <summary>From and to, without the project's name, and the first type that draws the arrow.</summary>
    public static IReadOnlyDictionary<(string From, string To), string> Of(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        return new NamespaceArrows(file)._arrows;
    }

    private void AddType(TypeDefinition type, (string Namespace, string Name) from)
    {
        if (!type.BaseType.IsNil)
            Add(from, type.BaseType);
        foreach (InterfaceImplementationHandle handle in type.GetInterfaceImplementations())
            Add(from, _reader.GetInterfaceImplementation(handle).Interface);
        foreach (FieldDefinitionHandle handle in type.GetFields())
            Add(from, _reader.GetFieldDefinition(handle).DecodeSignature(_names, null));
        foreach (MethodDefinitionHandle handle in type.GetMethods())
        {
            MethodDefinition method = _reader.GetMethodDefinition(handle);
            Add(from, method.DecodeSignature(_names, null));
            if (method.RelativeVirtualAddress != 0)
                AddCode(from, _file.GetMethodBody(method.RelativeVirtualAddress));
        }
    }

    private void AddCode((string, string) from, MethodBodyBlock body)
    {
        if (!body.LocalSignature.IsNil)
        {
            foreach (ImmutableArray<(string, string)> local in _reader.GetStandaloneSignature(body.LocalSignature)
                .DecodeLocalSignature(_names, null))
                Add(from, local);
        }

        for (BlobReader code = body.GetILReader(); code.RemainingBytes > 0;)
        {
            byte first = code.ReadByte();
            switch (Operands[first == 0xFE ? unchecked((short)(0xFE00 | code.ReadByte())) : first])
            {
                case OperandType.InlineNone: break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar: code.Offset++; break;
                case OperandType.InlineVar: code.Offset += 2; break;
                case OperandType.InlineI8 or OperandType.InlineR: code.Offset += 8; break;
                case OperandType.InlineSwitch:
                    int targets = code.ReadInt32();
                    code.Offset += 4 * targets;
                    break;
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    Add(from, System.Reflection.Metadata.Ecma335.MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                default: code.Offset += 4; break;
            }
        }
    }

    private void Add((string, string) from, EntityHandle used)
    {
        switch (used.Kind)
        {
            case HandleKind.TypeDefinition or HandleKind.TypeReference:
                Add(from, [Names.Of(_reader, used)]);
                break;
            case HandleKind.TypeSpecification:
                Add(from, _reader.GetTypeSpecification((TypeSpecificationHandle)used).DecodeSignature(_names, null));
                break;
            case HandleKind.MemberReference:
                MemberReference member = _reader.GetMemberReference((MemberReferenceHandle)used);
                Add(from, member.Parent);
                if (member.GetKind() == MemberReferenceKind.Method)
                    Add(from, member.DecodeMethodSignature(_names, null));
                else
                    Add(from, member.DecodeFieldSignature(_names, null));
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification method = _reader.GetMethodSpecification((MethodSpecificationHandle)used);
                Add(from, method.Method);
                foreach (ImmutableArray<(string, string)> argument in method.DecodeSignature(_names, null))
                    Add(from, argument);
                break;
            case HandleKind.MethodDefinition:
                MethodDefinition definition = _reader.GetMethodDefinition((MethodDefinitionHandle)used);
                Add(from, definition.GetDeclaringType());
                Add(from, definition.DecodeSignature(_names, null));
                break;
            case HandleKind.FieldDefinition:
                FieldDefinition field = _reader.GetFieldDefinition((FieldDefinitionHandle)used);
                Add(from, field.GetDeclaringType());
                Add(from, field.DecodeSignature(_names, null));
                break;
        }
    }

    private void Add((string, string) from, MethodSignature<ImmutableArray<(string, string)>> signature)
    {
        Add(from, signature.ReturnType);
        foreach (ImmutableArray<(string, string)> parameter in signature.ParameterTypes)
            Add(from, parameter);
    }

    private void Add((string Namespace, string Name) from, ImmutableArray<(string Namespace, string Name)> used)
    {
        foreach ((string space, string name) in used)
        {
            if (space != from.Namespace && space.StartsWith(Root, StringComparison.Ordinal)
                && from.Namespace.StartsWith(Root, StringComparison.Ordinal))
                _arrows.TryAdd((Short(from.Namespace), Short(space)), $"{from.Name} uses {name}");
        }

        static string Short(string space) => space == Root ? string.Empty : space[(Root.Length + 1)..];
    }

    /// <summary>The namespaces and names of all types that a signature names.</summary>
    private sealed class Names : ISignatureTypeProvider<ImmutableArray<(string, string)>, object?>
    {
        public static (string Namespace, string Name) Of(MetadataReader reader, EntityHandle handle)
        {
            if (handle.Kind == HandleKind.TypeDefinition)
            {
                TypeDefinition type = reader.GetTypeDefinition((TypeDefinitionHandle)handle);
                return type.GetDeclaringType() is { IsNil: false } outer
                    ? Of(reader, outer)
                    : (reader.GetString(type.Namespace), reader.GetString(type.Name));
            }

            TypeReference reference = reader.GetTypeReference((TypeReferenceHandle)handle);
            return reference.ResolutionScope.Kind == HandleKind.TypeReference
                ? Of(reader, reference.ResolutionScope)
                : (reader.GetString(reference.Namespace), reader.GetString(reference.Name));
        }

        public ImmutableArray<(string, string)> GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte kind) =>
            [Of(reader, handle)];

        public ImmutableArray<(string, string)> GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte kind) =>
            [Of(reader, handle)];

        public ImmutableArray<(string, string)> GetTypeFromSpecification(MetadataReader reader, object? context,
            TypeSpecificationHandle handle, byte kind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, context);

        public ImmutableArray<(string, string)> GetGenericInstantiation(
            ImmutableArray<(string, string)> generic, ImmutableArray<ImmutableArray<(string, string)>> arguments) =>
                [.. generic, .. arguments.SelectMany(all => all)];

        public ImmutableArray<(string, string)> GetFunctionPointerType(MethodSignature<ImmutableArray<(string, string)>> signature) =>
            [.. signature.ReturnType, .. signature.ParameterTypes.SelectMany(all => all)];

        public ImmutableArray<(string, string)> GetPrimitiveType(PrimitiveTypeCode code) => [];

        public ImmutableArray<(string, string)> GetGenericMethodParameter(object? context, int index) => [];

        public ImmutableArray<(string, string)> GetGenericTypeParameter(object? context, int index) => [];

        public ImmutableArray<(string, string)> GetArrayType(ImmutableArray<(string, string)> element, ArrayShape shape) => element;

        public ImmutableArray<(string, string)> GetSZArrayType(ImmutableArray<(string, string)> element) => element;

        public ImmutableArray<(string, string)> GetByReferenceType(ImmutableArray<(string, string)> element) => element;

        public ImmutableArray<(string, string)> GetPointerType(ImmutableArray<(string, string)> element) => element;

        public ImmutableArray<(string, string)> GetPinnedType(ImmutableArray<(string, string)> element) => element;

        public ImmutableArray<(string, string)> GetModifiedType(
            ImmutableArray<(string, string)> modifier, ImmutableArray<(string, string)> element, bool required) => element;
    }
}
