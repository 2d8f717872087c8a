using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Istioctl.Security;

/// <summary>
/// The certificates that <c>proxy-config secret</c> shows: the mesh's authority, and the one of each workload, which lives for a day and is
/// renewed after half of it. Made when somebody looks.
/// </summary>
internal sealed class MeshAuthority : IDisposable
{
    private static readonly ConditionalWeakTable<SandboxCluster, MeshAuthority> s_authorities = [];
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_life = TimeSpan.FromDays(1);

    private readonly X509Certificate2 _root;
    private readonly ConditionalWeakTable<PodInstance, Issued> _issued = [];

    private sealed record Issued(string Pem, DateTimeOffset From);

    private MeshAuthority(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("O=cluster.local", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        // Older than every certificate that is still in use.
        _root = request.CreateSelfSigned(now - s_life, now.AddYears(10));
    }

    public static MeshAuthority Of(SandboxCluster cluster) => s_authorities.GetValue(cluster, static c => new(c.Now));

    public string RootPem => _root.ExportCertificatePem();

    /// <summary>The certificate that a workload's proxy shows now.</summary>
    public string CertificateOf(PodInstance pod)
    {
        var started = pod.Sidecar!.StartedAt;
        var half = s_life / 2;
        var renewals = Math.Max(0, (pod.Cluster.Now - started) / half);
        var from = started + half * Math.Floor(renewals);
        lock (_issued)
        {
            if (_issued.TryGetValue(pod, out var issued) && issued.From == from) return issued.Pem;
            var pem = Issue(pod, from);
            _issued.AddOrUpdate(pod, new(pem, from));
            return pem;
        }
    }

    private string Issue(PodInstance pod, DateTimeOffset from)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri($"spiffe://cluster.local/ns/{pod.Namespace}/sa/{pod.ServiceAccount}"));
        request.CertificateExtensions.Add(names.Build(critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], false));
        var serial = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{pod.Uid}{from.ToUnixTimeSeconds()}"))[..16];
        serial[0] &= 0x7f;
        using var leaf = request.Create(_root, from - s_skew, from + s_life, serial);
        return leaf.ExportCertificatePem();
    }

    public void Dispose() => _root.Dispose();
}
