using Portal.Labs.Capacity;
using Portal.Web.Hosting.Operations;
using Xunit;

namespace Portal.Web.Tests.Hosting;

public sealed class ForecastTests
{
    private const long Mebibyte = 1 << 20;

    private static readonly MachineState s_machine = new(
        8192 * Mebibyte,
        4352 * Mebibyte,
        false,
        4,
        100 * Mebibyte,
        0,
        default,
        default
    );

    [Fact]
    public void Of_Expected_SaysWhatEachClassNeedsAndWhatRunsShort()
    {
        var forecast = Forecast.Of(
            s_machine,
            new SessionFootprint(20 * Mebibyte, 0),
            open: 10,
            watched: 3,
            busyCores: 1.5,
            limit: 250,
            reserved: 256 * Mebibyte,
            [("Small", 100), ("Large", 200), ("Larger", 215), ("Largest", 2000)]
        );

        // 4 GiB for 20 MiB each, and those that are open already.
        Assert.Equal((214, 320, 214), (forecast.ByMemory, forecast.ByProcessors, forecast.Sessions));
        Assert.False(forecast.CoresMeasured);
        Assert.Equal(
            [Shortage.None, Shortage.None, Shortage.Memory, Shortage.Memory],
            forecast.Classes.Select(c => c.Shortage)
        );
        Assert.Equal((2000 * Mebibyte, 1.0), (forecast.Classes[0].Bytes, forecast.Classes[0].Processors));
    }

    [Fact]
    public void Of_Busy_MeasuresProcessorsOnThoseAtWork()
    {
        var forecast = Forecast.Of(
            s_machine,
            new SessionFootprint(Mebibyte, 50),
            open: 50,
            watched: 40,
            busyCores: 2,
            limit: null,
            reserved: 0,
            [("Class", 80)]
        );

        Assert.True(forecast.CoresMeasured);
        Assert.Equal((0.05, 64), (forecast.Cores, forecast.ByProcessors));
        Assert.Equal(Shortage.Processors, forecast.Classes[0].Shortage);
    }

    [Fact]
    public void Of_ConfiguredLimit_IsTheRoom()
    {
        var forecast = Forecast.Of(s_machine, new(Mebibyte, 0), 0, 0, null, 30, 0, [("Class", 31)]);

        Assert.Equal((30, Shortage.Limit), (forecast.Sessions, forecast.Classes[0].Shortage));
    }
}
