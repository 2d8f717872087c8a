using Microsoft.AspNetCore.Http;

namespace Portal.Sandbox.Api;

internal enum ResponseForm { Object, Table, PartialMetadata, PartialMetadataList }

/// <summary>The representation that a client asked for in its Accept header.</summary>
/// <param name="MetaVersion">v1 or v1beta1 of meta.k8s.io.</param>
internal readonly record struct Negotiated(ResponseForm Form, string MetaVersion)
{
    public static Negotiated From(HttpRequest request)
    {
        foreach (var value in request.Headers.Accept)
        {
            foreach (var part in value!.Split(',', StringSplitOptions.TrimEntries))
            {
                if (!part.StartsWith("application/json", StringComparison.Ordinal)) continue;
                var version = part.Contains("v=v1beta1", StringComparison.Ordinal) ? "v1beta1" : "v1";
                if (part.Contains("as=Table", StringComparison.Ordinal)) return new(ResponseForm.Table, version);
                if (part.Contains("as=PartialObjectMetadataList", StringComparison.Ordinal)) return new(ResponseForm.PartialMetadataList, version);
                if (part.Contains("as=PartialObjectMetadata", StringComparison.Ordinal)) return new(ResponseForm.PartialMetadata, version);
                return new(ResponseForm.Object, version);
            }
        }
        return new(ResponseForm.Object, "v1");
    }
}
