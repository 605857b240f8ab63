using System.Management.Automation;
using MySqlRecovery.Model;

namespace MySqlRecovery.Input;

/// <summary>Lets a parameter for events take the property bags of events, too.</summary>
internal sealed class BinlogEventTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (inputData is not PSObject bag || bag.BaseObject is BinlogEvent || bag.Properties[nameof(BinlogEvent.EventType)] == null)
            return inputData;
        try
        {
            return PropertyBag.ConvertTo<BinlogEvent>(bag);
        }
        catch (PSInvalidCastException e)
        {
            throw new ArgumentTransformationMetadataException(e.Message, e);
        }
    }
}
