namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class Base64Command : IShellCommand
{
    public IReadOnlyList<string> Names => ["base64"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("dw: d=decode w=wrap");
        var width = (int)Math.Clamp(options.Number('w', 76), 0, int.MaxValue);
        await foreach (var (_, input) in context.InputsAsync(options.Operands))
        {
            var bytes = await input.ReadAllAsync().ConfigureAwait(false);
            if (options.Has('d'))
            {
                try
                {
                    await context
                        .WriteAsync(
                            Convert.FromBase64String(
                                string.Concat(ByteText.From(bytes).Where(c => !char.IsWhiteSpace(c)))
                            )
                        )
                        .ConfigureAwait(false);
                }
                catch (FormatException)
                {
                    return await context.ErrorAsync("truncated input").ConfigureAwait(false);
                }
                continue;
            }
            var text = Convert.ToBase64String(bytes);
            if (width == 0)
                await context.OutAsync(text).ConfigureAwait(false);
            else
                for (var i = 0; i < text.Length; i += width)
                    await context.OutAsync(text[i..Math.Min(text.Length, i + width)] + "\n").ConfigureAwait(false);
        }
        return context.Status;
    }
}
