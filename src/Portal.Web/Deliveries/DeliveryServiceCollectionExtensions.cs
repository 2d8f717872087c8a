namespace Portal.Web.Deliveries;

internal static class DeliveryServiceCollectionExtensions
{
    public static void AddPortalDeliveries(this IServiceCollection services)
    {
        services
            .AddHttpClient(DeliveryClient.Name)
            .ConfigurePrimaryHttpMessageHandler(DeliveryClient.CreateHandler)
            .RemoveAllLoggers();
        services.AddSingleton<DeliveryClient>();
    }
}
