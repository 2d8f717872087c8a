using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Portal.Sandbox.Tests.Api;

/// <summary>Keeps what is logged as an error: nothing that a client does wrong may be.</summary>
public sealed class CapturingLogger : ILoggerFactory, ILogger
{
    public ConcurrentQueue<string> Entries { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) Entries.Enqueue($"{formatter(state, exception)}: {exception}");
    }

    public void Dispose()
    {
    }
}
