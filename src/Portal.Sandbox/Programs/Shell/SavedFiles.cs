using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>What descriptors were before redirections, to put them back.</summary>
internal sealed class SavedFiles(FileDescriptors files)
{
    private readonly List<(int Number, OpenFile? Before)> _saved = [];
    private long _held;
    private ContainerProcess? _holder;

    public void Put(int number, OpenFile? file) => _saved.Add((number, files.Exchange(number, file)));

    /// <summary>Puts a file whose content is held until the end.</summary>
    public void Put(int number, OpenFile file, long held, ContainerProcess holder)
    {
        Put(number, file);
        _held += held;
        _holder = holder;
    }

    public void Restore()
    {
        foreach (var (number, before) in Enumerable.Reverse(_saved)) files.Set(number, before);
        _saved.Clear();
        Release();
    }

    /// <summary>The redirections stay.</summary>
    public void Forget()
    {
        foreach (var (_, before) in _saved) before?.Close();
        _saved.Clear();
    }

    private void Release()
    {
        if (_held > 0) _holder!.Hold(-_held);
        _held = 0;
    }
}
