using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Portal.Web.Components.Shared;

internal static class JsModules
{
    /// <summary>Imports a component's own module by its path, which is given a fingerprint where the host has one.</summary>
    public static ValueTask<IJSObjectReference> ImportAsync(this IJSRuntime js, ResourceAssetCollection assets, string path) =>
        js.InvokeAsync<IJSObjectReference>("import", "/" + assets[path]);

    /// <summary>Disposes a module or object; a browser that is gone already is no error.</summary>
    public static async ValueTask SafeDisposeAsync(this IJSObjectReference? reference)
    {
        if (reference is null) return;
        try
        {
            await reference.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
        }
    }

    /// <summary>Calls a function whose result nobody needs; a browser that is gone already is no error.</summary>
    public static async ValueTask SafeInvokeAsync(this IJSObjectReference? reference, string function, params object?[] arguments)
    {
        if (reference is null) return;
        try
        {
            await reference.InvokeVoidAsync(function, arguments);
        }
        catch (JSDisconnectedException)
        {
        }
    }
}
