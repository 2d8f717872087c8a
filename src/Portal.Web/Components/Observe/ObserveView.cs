namespace Portal.Web.Components.Observe;

/// <summary>What the Observe tab shows.</summary>
internal enum ObserveView
{
    Numbers,
    Traces,
    Log,
}
