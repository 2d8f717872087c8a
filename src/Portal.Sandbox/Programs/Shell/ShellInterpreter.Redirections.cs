using System.Globalization;
using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>Redirections.</summary>
internal sealed partial class ShellInterpreter
{
    /// <summary>Opens what a command is redirected to; says what fails.</summary>
    private async Task<bool> TryRedirectAsync(
        IReadOnlyList<Redirection> redirections,
        ContainerProcess process,
        SavedFiles saved
    )
    {
        foreach (var redirection in redirections)
        {
            var target = await _expansion.TextAsync(redirection.Target).ConfigureAwait(false);
            var creates = redirection.Operator is not ("<" or "<>");
            try
            {
                Redirect(redirection, target, process, saved);
            }
            catch (FileException e)
            {
                var reason =
                    e.Message == ContainerFiles.Missing
                        ? creates
                            ? "nonexistent directory"
                            : "no such file"
                        : e.Message;
                await ErrorAsync(
                        redirection.Operator is "<&" or ">&"
                            ? $"{Name}: {target}: {e.Message}\n"
                            : $"{Name}: can't {(creates ? "create" : "open")} {target}: {reason}\n"
                    )
                    .ConfigureAwait(false);
                return false;
            }
        }
        return true;
    }

    private void Redirect(Redirection redirection, string target, ContainerProcess process, SavedFiles saved)
    {
        var number = redirection.Number;
        if (number >= FileDescriptors.Most) throw new FileException("Bad file descriptor");
        switch (redirection.Operator)
        {
            case "<":
                saved.Put(number, ShellFiles.Open(process, target, ShellFiles.Access.Read));
                break;
            case ">"
                when Options.NoClobber
                    && process.Container.Files.Status(Resolve(target)) is { IsDirectory: false }
                    && !DeviceFile.Is(target):
                throw new FileException("File exists");
            case ">" or ">|":
                saved.Put(number, ShellFiles.Open(process, target, ShellFiles.Access.Write));
                break;
            case ">>":
                saved.Put(number, ShellFiles.Open(process, target, ShellFiles.Access.Append));
                break;
            case "<>":
                saved.Put(number, ShellFiles.Open(process, target, ShellFiles.Access.ReadWrite));
                break;
            case "<<" or "<<-" or "<<<":
                var content = ByteText.Bytes(redirection.Operator == "<<<" ? target + "\n" : target);
                process.Hold(content.Length);
                saved.Put(number, new BytesFile(content), content.Length, process);
                break;
            case "<&" or ">&" when target == "-":
                saved.Put(number, null);
                break;
            case "<&"
            or ">&" when int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out var source):
                saved.Put(number, process.Files[source]?.Share() ?? throw new FileException("Bad file descriptor"));
                break;
            case "<&": throw new FileException("Bad file descriptor");
            default:
                // ">& file" and "&> file": output and errors.
                var file = ShellFiles.Open(
                    process,
                    target,
                    redirection.Operator == "&>>" ? ShellFiles.Access.Append : ShellFiles.Access.Write
                );
                saved.Put(1, file);
                saved.Put(2, file.Share());
                break;
        }
    }
}
