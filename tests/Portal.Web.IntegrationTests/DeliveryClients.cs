using Portal.Web.Deliveries;

namespace Portal.Web.IntegrationTests;

/// <summary>Clients as the portal makes them, without a portal.</summary>
internal sealed class DeliveryClients : IHttpClientFactory
{
    public HttpClient CreateClient(string name) => new(DeliveryClient.CreateHandler());
}
