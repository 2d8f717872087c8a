using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

internal static class ProxyConfigRules
{
    public static void Check(MeshObject o, Findings f)
    {
        LabelRules.Selector(o.Spec.Obj("selector"), f);
        if (o.Spec.Num("concurrency") < 0) f.Error("concurrency must be greater than or equal to 0");
    }
}
