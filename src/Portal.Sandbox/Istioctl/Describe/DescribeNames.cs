namespace Portal.Sandbox.Istioctl.Describe;

/// <summary>Names as descriptions write them: with their namespace only where it is not the one that was asked for.</summary>
internal sealed record DescribeNames(string Namespace)
{
    public string Of(string name, string ns) => ns == Namespace ? name : $"{name}.{ns}";
}
