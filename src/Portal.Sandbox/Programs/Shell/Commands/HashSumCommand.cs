using System.Security.Cryptography;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class HashSumCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["md5sum", "sha1sum", "sha256sum", "sha512sum"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("csw c=check s=status");
        if (options.Has('c'))
            return await CheckAsync(context, options).ConfigureAwait(false);
        await foreach (var (path, input) in context.InputsAsync(options.Operands))
            await context
                .OutAsync($"{await HashAsync(context, input).ConfigureAwait(false)}  {path}\n")
                .ConfigureAwait(false);
        return context.Status;
    }

    private static async Task<int> CheckAsync(CommandContext context, CommandOptions options)
    {
        var failed = 0;
        await foreach (var (_, list) in context.InputsAsync(options.Operands))
        {
            while (await list.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (line.Split(' ', 2) is not [var wanted, var rest]) continue;
                var path = rest.TrimStart(' ', '*');
                var good = false;
                if (await context.OpenAsync(path).ConfigureAwait(false) is { } input)
                {
                    good = await HashAsync(context, input).ConfigureAwait(false) == wanted;
                    input.Close();
                }
                if (!good)
                    failed++;
                if (!options.Has('s'))
                    await context.OutAsync($"{path}: {(good ? "OK" : "FAILED")}\n").ConfigureAwait(false);
            }
        }
        if (failed > 0)
            await context.ErrorAsync($"WARNING: {failed} of 1 computed checksums did NOT match").ConfigureAwait(false);
        return failed > 0 ? 1 : context.Status;
    }

    private static async Task<string> HashAsync(CommandContext context, InputReader input)
    {
        using var hash = IncrementalHash.CreateHash(
            context.Name switch
            {
                "md5sum" => HashAlgorithmName.MD5,
                "sha1sum" => HashAlgorithmName.SHA1,
                "sha256sum" => HashAlgorithmName.SHA256,
                _ => HashAlgorithmName.SHA512,
            }
        );
        while (await input.ReadAsync().ConfigureAwait(false) is { Length: > 0 } chunk)
            hash.AppendData(chunk.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
