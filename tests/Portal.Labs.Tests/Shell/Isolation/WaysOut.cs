namespace Portal.Labs.Tests.Shell.Isolation;

/// <summary>
/// What a learner might try. Each is a script that prints ESCAPED when it got somewhere; in braces stand things of the
/// machine (see <see cref="Neighbourhood"/>). System calls have the numbers of x86-64.
/// </summary>
internal static class WaysOut
{
    /// <summary>Those that succeed where nothing is kept apart, tried there as well: a way that cannot lead anywhere
    /// proves nothing.</summary>
    public static readonly IReadOnlyDictionary<string, string> Open = new Dictionary<string, string>
    {
        ["read a file of the portal"] = "cat {secret} && echo ESCAPED",
        ["read it through any process"] =
            "for p in /proc/[0-9]*; do cat $p/root{secret} && echo ESCAPED && break; done",
        ["read it through the working directory"] =
            "cat /proc/self/cwd/../../../../../../../../..{secret} && echo ESCAPED",
        ["read it through dots"] = "cat ../../../../../../../../../../..{secret} && echo ESCAPED",
        ["read it through a link"] = "ln -sf {secret} link; cat link && echo ESCAPED",
        ["read a link of another process"] =
            "for p in /proc/[0-9]*; do cat $p/cwd/../../../../../../../../..{secret} && echo ESCAPED && break; done",
        ["write a file of the portal"] = "echo x >> {secret} && echo ESCAPED",
        ["list a neighbour's home"] = "ls {neighbour-home}/lesson && echo ESCAPED",
        ["read a neighbour's kubeconfig"] = "cat {neighbour-home}/.kube/config && echo ESCAPED",
        ["write into a neighbour's home"] = "touch {neighbour-home}/x && echo ESCAPED",
        ["list root's home"] = "ls -d /root && echo ESCAPED",
        ["learn the machine's users"] = "grep -q ^daemon: /etc/passwd && echo ESCAPED",
        ["list the machine's data"] = "ls /var/lib && echo ESCAPED",
        ["list the machine's devices"] = "ls /sys/class && echo ESCAPED",
        ["see the portal's arguments"] =
            "tr '\\0' ' ' < /proc/{portal-process}/cmdline | grep -q Portal && echo ESCAPED",
        ["see the portal's environment"] = "grep -qa PATH= /proc/{portal-process}/environ && echo ESCAPED",
        ["see the portal's memory"] = "head -c1 /proc/{portal-process}/maps | grep -q . && echo ESCAPED",
        ["see the portal's open files"] =
            "ls /proc/{portal-process}/fd | grep -q . && grep -q Portal /proc/{portal-process}/comm && echo ESCAPED",
        ["signal the portal"] = "kill -0 {portal-process} && echo ESCAPED",
        ["signal a neighbour's process"] = "kill -0 $(pgrep -f '{neighbour-mark}' | head -1) && echo ESCAPED",
        ["reach the portal's port"] =
            "curl -s --max-time 5 http://127.0.0.1:{portal-port}/ | grep secret && echo ESCAPED",
        ["reach the portal's port without curl"] =
            "exec 9<>/dev/tcp/127.0.0.1/{portal-port} && echo ESCAPED; exec 9<&-",
        ["reach the portal's port as any address"] =
            "exec 9<>/dev/tcp/0.0.0.0/{portal-port} && echo ESCAPED; exec 9<&-",
        ["reach the portal's port by a name"] =
            "curl -s --max-time 5 --resolve evil:{portal-port}:127.0.0.1 http://evil:{portal-port}/ | grep secret && echo ESCAPED",
        ["reach an abstract socket"] =
            "perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); connect(S, pack_sockaddr_un(\"\\0{abstract}\")) and print \"ESCAPED\\n\"'",
        ["reach a socket of the portal"] =
            "perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); connect(S, pack_sockaddr_un(\"{socket}\")) and print \"ESCAPED\\n\"'",
        ["listen where the machine listens"] =
            "perl -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0); setsockopt(S, SOL_SOCKET, SO_REUSEADDR, 1); bind(S, pack_sockaddr_in({portal-port}, INADDR_LOOPBACK)) or print \"ESCAPED\\n\"'",
        ["be root"] = "[ $(id -u) = 0 ] && echo ESCAPED",
        ["have privileges"] = "grep -Eq '^CapEff:.*[1-9a-f]' /proc/self/status && echo ESCAPED",
        ["make a root program"] =
            "cp /bin/bash rootsh && chmod u+s rootsh && [ $(./rootsh -p -c 'id -u') = 0 ] && echo ESCAPED",
        ["change what all workspaces are copied from"] =
            "for f in {template} /opt/portal/template; do touch $f/x && echo ESCAPED; done",
        ["replace a tool of all workspaces"] =
            "cp {tools}/kubectl k; for f in {tools} /opt/portal/tools /opt/portal/bin; do cp k $f/kubectl && echo ESCAPED; done",
        ["change the lesson's manifests for all"] =
            "for f in {manifests} /opt/portal/lesson/manifests; do touch $f/x && echo ESCAPED; done",
        ["change the portal's next command"] =
            "for f in {input} /run/portal/in; do touch $f/command && echo ESCAPED; done",
        ["write a huge file"] =
            "dd if=/dev/zero of=huge bs=1M count=1 seek=400 2>/dev/null && echo ESCAPED; rm -f huge",
        ["fill /tmp"] =
            "dd if=/dev/zero of=/tmp/portal-fill bs=1M count=160 2>/dev/null && echo ESCAPED; rm -f /tmp/portal-fill",
        ["fill the shared memory"] =
            "dd if=/dev/zero of=/dev/shm/portal-fill bs=1M count=160 2>/dev/null && echo ESCAPED; rm -f /dev/shm/portal-fill",
    };

    /// <summary>Those that without walls succeed for root.</summary>
    public static readonly IReadOnlyDictionary<string, string> Root = new Dictionary<string, string>
    {
        ["read the passwords of the machine"] = "cat /etc/shadow && echo ESCAPED",
        ["give a file away"] = "touch given; chown 1 given && echo ESCAPED",
        ["write to the system"] = "touch /usr/bin/portal-test && echo ESCAPED; rm -f /usr/bin/portal-test",
        ["write to the settings"] = "touch /etc/portal-test && echo ESCAPED; rm -f /etc/portal-test",
        ["write beside the devices"] = "touch /dev/portal-test && echo ESCAPED; rm -f /dev/portal-test",
    };

    /// <summary>
    /// Those that the kernel's configuration decides as well; without walls most of them succeed for root.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, string> Kernel = new Dictionary<string, string>
    {
        ["talk to the hypervisor"] = "perl -e 'socket(S, 40, 1, 0) and print \"ESCAPED\\n\"'",
        ["see packets"] = "perl -e 'socket(S, 17, 3, 768) and print \"ESCAPED\\n\"'",
        ["make raw packets"] = "perl -e 'socket(S, 2, 3, 1) and print \"ESCAPED\\n\"'",
        ["make a user namespace"] = "unshare --user true && echo ESCAPED",
        ["make a network namespace"] = "unshare --net true && echo ESCAPED",
        ["make a mount namespace"] = "unshare --mount true && echo ESCAPED",
        ["make a namespace with clone"] =
            "perl -e '$p = syscall(56, 0x10000000 | 17, 0, 0, 0, 0); exit if $p == 0; print \"ESCAPED\\n\" if $p > 0'",
        ["build walls of one's own"] = "bwrap --unshare-user --ro-bind / / true && echo ESCAPED",
        ["open a file system"] = "perl -e '$f = \"tmpfs\"; syscall(430, $f, 0) >= 0 and print \"ESCAPED\\n\"'",
        ["open a tree of mounts"] = "perl -e '$f = \"/\"; syscall(428, -100, $f, 1) >= 0 and print \"ESCAPED\\n\"'",
        ["trace a process"] =
            "perl -e '$p = fork; if (!$p) { sleep 5; exit } syscall(101, 16, $p, 0, 0) == 0 and print \"ESCAPED\\n\"; kill 9, $p'",
        ["load a program into the kernel"] =
            "perl -e '$a = pack(\"LLLLQQ\", 2, 4, 4, 1, 0, 0) . \"\\0\" x 64; syscall(321, 0, $a, 40) >= 0 and print \"ESCAPED\\n\"'",
        ["queue calls past the filter"] =
            "perl -e '$p = \"\\0\" x 120; syscall(425, 4, $p) >= 0 and print \"ESCAPED\\n\"'",
        ["measure the kernel"] =
            "perl -e '$a = pack(\"LLQQQQQ\", 1, 128, 0, 0, 0, 0, 1) . \"\\0\" x 80; syscall(298, $a, 0, -1, -1, 0) >= 0 and print \"ESCAPED\\n\"'",
        ["watch page faults"] = "perl -e 'syscall(323, 1) >= 0 and print \"ESCAPED\\n\"'",
        ["keep keys in the kernel"] =
            "perl -e '$t = \"user\"; $d = \"x\"; syscall(248, $t, $d, $d, 1, -3) >= 0 and print \"ESCAPED\\n\"'",
        ["run as another kind of program"] = "perl -e 'syscall(135, 0x0040000) >= 0 and print \"ESCAPED\\n\"'",
        ["name a file by its handle"] =
            "perl -e '$f = \"/\"; $h = pack(\"LL\", 128, 0) . \"\\0\" x 128; syscall(303, -100, $f, $h, $h, 0) >= 0 and print \"ESCAPED\\n\"'",
        ["set the machine's name"] = "hostname $(hostname) && echo ESCAPED",
        ["change a setting of the kernel"] =
            "v=$(cat /proc/sys/vm/swappiness); echo $v > /proc/sys/vm/swappiness && echo ESCAPED",
        ["change how crashes are handled"] =
            "v=$(cat /proc/sys/kernel/core_pattern); echo \"$v\" > /proc/sys/kernel/core_pattern && echo ESCAPED",
        ["make a device"] = "rm -f dev; mknod dev c 1 8 && echo ESCAPED; rm -f dev",
        ["mount something"] = "mkdir -p m; mount -t tmpfs none m && echo ESCAPED; umount m",
        ["bind something elsewhere"] = "mkdir -p m; mount --bind /usr m && echo ESCAPED; umount m",
        ["change the root"] = "perl -e 'chroot \"/\" and print \"ESCAPED\\n\"'",
        ["make any system call"] = "grep -q '^Seccomp:.0' /proc/self/status && echo ESCAPED",
        ["be able to get privileges"] = "grep -q '^NoNewPrivs:.0' /proc/self/status && echo ESCAPED",
        ["open very many files"] =
            "perl -e 'for (1 .. 5000) { open($f[$_], \"<\", \"/dev/null\") or exit } print \"ESCAPED\\n\"'",
        ["raise a limit"] = "ulimit -n 20000 && echo ESCAPED",
    };

    /// <summary>Those that are refused anywhere, or that nobody tries on a machine of theirs.</summary>
    public static readonly IReadOnlyDictionary<string, string> Closed = new Dictionary<string, string>
    {
        ["read the portal's memory"] =
            "dd if=/proc/{portal-process}/mem bs=1 count=1 skip=4194304 2>/dev/null | grep -q . && echo ESCAPED",
        ["leave a terminal input behind"] = "perl -e 'ioctl(STDIN, 0x5412, \"x\") and print \"ESCAPED\\n\"'",
        ["take over the console"] = "perl -e '$x = pack(\"c\", 3); ioctl(STDIN, 0x541C, $x) and print \"ESCAPED\\n\"'",
        ["press the magic key"] = "echo h > /proc/sysrq-trigger && echo ESCAPED",
        ["read the kernel's log"] = "dmesg 2>/dev/null | grep -q . && echo ESCAPED",
        ["read the disk"] =
            "head -c1 /dev/vda 2>/dev/null | grep -qa . && echo ESCAPED; head -c1 /dev/sda 2>/dev/null | grep -qa . && echo ESCAPED",
        ["read the machine's memory"] = "head -c1 /dev/mem 2>/dev/null | grep -qa . && echo ESCAPED",
        ["load a module"] = "perl -e '$e = \"\"; syscall(175, $e, 0, $e) == 0 and print \"ESCAPED\\n\"'",
        ["restart the machine"] = "perl -e 'syscall(169, 0xfee1dead, 672274793, 0, 0) == 0 and print \"ESCAPED\\n\"'",
        ["make calls of the other kind"] = "perl -e 'syscall(0x40000000 | 39) > 0 and print \"ESCAPED\\n\"'",
        ["make a namespace with clone3"] =
            "perl -e '$a = pack(\"Q*\", 0x10000000, (0) x 10); syscall(435, $a, 88) > 0 and print \"ESCAPED\\n\"'",
        ["become root"] = "su -c true </dev/null && echo ESCAPED; sudo -n true && echo ESCAPED",
        ["end the first process"] = "kill -9 1; sleep 0.1; [ -e /proc/1 ] || echo ESCAPED",
        ["reach the cloud's metadata"] = "exec 9<>/dev/tcp/169.254.169.254/80 && echo ESCAPED",
        ["reach the internet"] = "exec 9<>/dev/tcp/1.1.1.1/443 && echo ESCAPED",
        ["resolve names"] = "getent hosts example.org && echo ESCAPED",
        ["reach the machine's own addresses"] =
            "for a in {addresses}; do exec 9<>/dev/tcp/$a/{portal-port} && echo ESCAPED; done",
        ["find an open file of the machine"] =
            "for f in /proc/$$/fd/*; do case $(readlink $f) in /dev/*|/proc/*|pipe:*) ;; /*) echo ESCAPED; esac; done",
        ["find a descriptor of the portal"] =
            // Besides the channel on which bash says how commands ended.
            "for f in /proc/$$/fd/*; do [ ${f##*/} = \"$__seal\" ] || case $(readlink $f) in socket:*|anon_inode:*) echo ESCAPED; esac; done",
        ["find the mark's secret in a file"] =
            "grep -rqs '51[7]0' /run /opt/portal /proc/$$/environ /proc/$$/cmdline && echo ESCAPED",
        ["find the mark's secret in the environment"] = "env | grep -q '51[7]0' && echo ESCAPED",
        ["find a token of the machine"] = "env | grep -Eiq 'token|secret|password' && echo ESCAPED",
        ["read it through the first process"] = "cat /proc/1/root{secret} && echo ESCAPED",
        ["use the kernel's cipher sockets"] = "perl -e 'socket(S, 38, 5, 0) and print \"ESCAPED\\n\"'",
        ["enter the namespace of the first process"] = "nsenter --target 1 --net true && echo ESCAPED",
        ["enter the namespace of its mounts"] = "nsenter --target 1 --mount true && echo ESCAPED",
        ["see processes of others"] = "[ $(ls -d /proc/[0-9]* | wc -l) -gt 12 ] && echo ESCAPED",
        ["reach the portal's port over IPv6"] =
            "exec 9<>/dev/tcp/::ffff:127.0.0.1/{portal-port} && echo ESCAPED; exec 9<&-",
    };
}
