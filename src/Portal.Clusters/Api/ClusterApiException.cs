using System.Net;

namespace Portal.Clusters.Api;

/// <summary>The API server refused a request; the message is the server's.</summary>
public sealed class ClusterApiException(HttpStatusCode statusCode, string message) : Exception(message)
{
    public HttpStatusCode StatusCode { get; } = statusCode;
}
