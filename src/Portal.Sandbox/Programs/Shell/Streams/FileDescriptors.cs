namespace Portal.Sandbox.Programs.Shell;

/// <summary>The open files of a process by number.</summary>
internal sealed class FileDescriptors : IDisposable
{
    public const int Most = 1024;

    private readonly Dictionary<int, OpenFile> _files = [];

    public OpenFile? this[int number] => _files.GetValueOrDefault(number);

    /// <summary>Puts a file at a number; the table owns it from now on.</summary>
    public void Set(int number, OpenFile? file)
    {
        if (_files.Remove(number, out var old)) old.Close();
        if (file is not null) _files[number] = file;
    }

    /// <summary>Puts a file at a number and gives out what was there, to be put back.</summary>
    public OpenFile? Exchange(int number, OpenFile? file)
    {
        _files.Remove(number, out var old);
        if (file is not null) _files[number] = file;
        return old;
    }

    public FileDescriptors Fork()
    {
        var copy = new FileDescriptors();
        foreach (var (number, file) in _files) copy._files[number] = file.Share();
        return copy;
    }

    public void Dispose()
    {
        foreach (var file in _files.Values) file.Close();
        _files.Clear();
    }
}
