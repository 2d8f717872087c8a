using System.Runtime.InteropServices;

namespace Portal.Labs.Shell.Pty;

/// <summary>Arrays of strings as C has them for arguments and environments: a null pointer is the end.</summary>
internal static unsafe class NativeStrings
{
    public static byte** Of(string[] items)
    {
        var result = (byte**)NativeMemory.AllocZeroed((nuint)(items.Length + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < items.Length; i++) result[i] = (byte*)Marshal.StringToCoTaskMemUTF8(items[i]);
        return result;
    }

    public static void Free(byte** items)
    {
        for (var i = 0; items[i] != null; i++) Marshal.FreeCoTaskMem((nint)items[i]);
        NativeMemory.Free(items);
    }
}
