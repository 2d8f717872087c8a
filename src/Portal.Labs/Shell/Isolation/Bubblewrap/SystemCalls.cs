using System.Runtime.InteropServices;

namespace Portal.Labs.Shell.Isolation.Bubblewrap;

/// <summary>Numbers of system calls, which each processor architecture has its own of (<c>asm/unistd.h</c>).</summary>
/// <param name="Architecture"><c>AUDIT_ARCH_*</c>, as the kernel tells a filter.</param>
/// <param name="Refused">What no lesson needs and ways out of a container have used.</param>
internal sealed record SystemCalls(
    uint Architecture,
    int CloneOld,
    int CloneNew,
    int Socket,
    int Ioctl,
    IReadOnlyList<int> Refused
)
{
    // The same number everywhere: everything since Linux 5.1.
    private static readonly int[] s_common =
    [
        425, 426, 427, // io_uring_setup, _enter, _register
        428, 429, 430, 431, 432, 433, // open_tree, move_mount, fsopen, fsconfig, fsmount, fspick
        438, 440, 442, // pidfd_getfd, process_madvise, mount_setattr
        443, 444, 445, 446, 447, // quotactl_fd, landlock_*, memfd_secret
        467, // open_tree_attr
    ];

    private static readonly SystemCalls s_x64 = new(0xC000003E, CloneOld: 56, CloneNew: 435, Socket: 41, Ioctl: 16,
    [
        101, 310, 311, 312, // ptrace, process_vm_readv, process_vm_writev, kcmp
        165, 166, 155, 161, // mount, umount2, pivot_root, chroot
        272, 308, // unshare, setns
        248, 249, 250, // add_key, request_key, keyctl
        321, 298, 323, 300, // bpf, perf_event_open, userfaultfd, fanotify_init
        246, 320, 175, 176, 313, 169, 167, 168, // kexec_load, kexec_file_load, *_module, reboot, swapon, swapoff
        303, 304, // name_to_handle_at, open_by_handle_at
        103, 163, 179, 172, 173, 135, 154, // syslog, acct, quotactl, iopl, ioperm, personality, modify_ldt
        164, 227, 305, 159, 153, // settimeofday, clock_settime, clock_adjtime, adjtimex, vhangup
        170, 171, // sethostname, setdomainname
        237, 238, 239, 256, 279, // mbind, set_mempolicy, get_mempolicy, migrate_pages, move_pages
        278, 212, 180, 134, 136, 139, // vmsplice, lookup_dcookie, nfsservctl, uselib, ustat, sysfs
        .. s_common,
    ]);

    private static readonly SystemCalls s_arm64 = new(0xC00000B7, CloneOld: 220, CloneNew: 435, Socket: 198, Ioctl: 29,
    [
        117, 270, 271, 272, // ptrace, process_vm_readv, process_vm_writev, kcmp
        40, 39, 41, 51, // mount, umount2, pivot_root, chroot
        97, 268, // unshare, setns
        217, 218, 219, // add_key, request_key, keyctl
        280, 241, 282, 262, // bpf, perf_event_open, userfaultfd, fanotify_init
        104, 294, 105, 106, 273, 142, 224, 225, // kexec_load, kexec_file_load, *_module, reboot, swapon, swapoff
        264, 265, // name_to_handle_at, open_by_handle_at
        116, 89, 60, 92, // syslog, acct, quotactl, personality
        170, 112, 266, 171, 58, // settimeofday, clock_settime, clock_adjtime, adjtimex, vhangup
        161, 162, // sethostname, setdomainname
        235, 237, 236, 238, 239, // mbind, set_mempolicy, get_mempolicy, migrate_pages, move_pages
        75, 18, 42, // vmsplice, lookup_dcookie, nfsservctl
        .. s_common,
    ]);

    /// <summary>Those of this machine, or null on one that is not known here.</summary>
    public static SystemCalls? OfThisMachine => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => s_x64,
        System.Runtime.InteropServices.Architecture.Arm64 => s_arm64,
        _ => null,
    };
}
