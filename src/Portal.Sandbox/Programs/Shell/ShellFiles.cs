namespace Portal.Sandbox.Programs.Shell;

/// <summary>Opens files for a process, devices and its own descriptors among them. Paths are byte text.</summary>
internal static class ShellFiles
{
    public enum Access
    {
        Read,
        Write,
        Append,
        ReadWrite,
    }

    public static string Resolve(Budgets.ContainerProcess process, string path) =>
        ShellPath.Resolve(process.Directory, ByteText.ToText(path));

    /// <exception cref="FileException">It cannot be opened; the message is the system's.</exception>
    public static OpenFile Open(Budgets.ContainerProcess process, string path, Access access)
    {
        var full = Resolve(process, path);
        if (DeviceFile.Is(full))
            return new DeviceFile(full);
        if (Descriptor(full) is { } number)
            return process.Files[number]?.Share() ?? throw new FileException(ContainerFiles.Missing);
        if (full.StartsWith("/dev/", StringComparison.Ordinal) && access != Access.Read)
            throw new FileException("Permission denied");
        var files = process.Container.Files;
        var time = process.Container.Pod.Cluster.Time;
        if (access == Access.Read)
        {
            var status = path.Length == 0 ? null : files.Status(full);
            if (status is null) throw new FileException(ContainerFiles.Missing);
            if (status.IsDirectory) throw new FileException("Is a directory");
            return new RegularFile(status.Node, status.Content ?? [], time, writes: false, append: false);
        }
        if (path.Length == 0) throw new FileException(ContainerFiles.Missing);
        var node = files.Create(full, out var error) ?? throw new FileException(error!);
        if (access == Access.Write) node.Truncate(0, time.GetUtcNow());
        return new RegularFile(node, [], time, writes: true, append: access == Access.Append);
    }

    private static int? Descriptor(string path) =>
        path switch
        {
            "/dev/stdin" or "/dev/tty" => 0,
            "/dev/stdout" or "/proc/self/fd/1" or "/proc/1/fd/1" => 1,
            "/dev/stderr" or "/proc/self/fd/2" or "/proc/1/fd/2" => 2,
            _ when path.StartsWith("/dev/fd/", StringComparison.Ordinal)
                    && int.TryParse(path.AsSpan(8), out var number) => number,
            _ => null,
        };
}
