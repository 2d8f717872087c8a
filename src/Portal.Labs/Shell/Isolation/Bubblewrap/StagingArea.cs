using System.Globalization;
using Portal.Labs.Shell.Pty;

namespace Portal.Labs.Shell.Isolation.Bubblewrap;

/// <summary>
/// What a workspace is to see, put together where its user can reach it: the directories that hold it belong to the
/// portal and are closed to everybody else. On the thread that starts
/// the shell, which alone sees it, with those of the shells that join it.
/// </summary>
internal sealed class StagingArea
{
    /// <summary>
    /// A directory that the Filesystem Hierarchy Standard promises, for mounting something for a while.
    /// </summary>
    public const string Root = "/mnt";

    private int _count;

    public StagingArea()
    {
        Kernel.LeaveMounts();
        Kernel.MountTemporary(Root, "size=1m,mode=0755");
    }

    /// <returns>Where a file or directory can be found now.</returns>
    public string Add(string path)
    {
        var place = Path.Combine(Root, $"{_count++}");
        if (Directory.Exists(path)) Directory.CreateDirectory(place);
        else File.Create(place).Dispose();
        Kernel.BindMount(path, place);
        return place;
    }

    /// <returns>Where an empty directory in memory is, which everybody may write to.</returns>
    public string AddTemporary(long size)
    {
        var place = Directory.CreateDirectory(Path.Combine(Root, $"{_count++}")).FullName;
        Kernel.MountTemporary(place, string.Create(CultureInfo.InvariantCulture, $"size={size},mode=1777"));
        return place;
    }

    /// <returns>Where a new file with this text is, which everybody may read.</returns>
    public string Write(string text)
    {
        var place = Path.Combine(Root, $"{_count++}");
        File.WriteAllText(place, text);
        return place;
    }
}
