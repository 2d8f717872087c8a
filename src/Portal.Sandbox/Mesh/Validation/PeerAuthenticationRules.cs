using System.Globalization;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

internal static class PeerAuthenticationRules
{
    public static void Check(MeshObject o, Findings f)
    {
        var ports = o.Spec.Obj("portLevelMtls") ?? [];
        if (ports.Count > 0 && o.Spec.Obj("selector", "matchLabels") is not { Count: > 0 }) f.Error("mesh/namespace peer authentication cannot have port level mTLS");
        foreach (var (port, _) in ports)
        {
            if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0) f.Error("port must be in range 1..65535");
        }
        LabelRules.Selector(o.Spec.Obj("selector"), f);
    }
}
