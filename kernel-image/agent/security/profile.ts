/**
 * Docker's default seccomp profile (moby v28.5.2, its module github.com/moby/profiles/seccomp v0.1.0, default.json), its
 * rules in its order, for a 32-bit x86 engine and a kernel that is newer than 4.8. Left out are the rules of other
 * architectures and the names that an i386 does not have under Linux 6.12: accept, recv, send, semop and semtimedop (which
 * are behind socketcall and ipc there), newfstatat, epoll_ctl_old, epoll_wait_old, riscv_hwprobe, uretprobe, and
 * getxattrat, setxattrat, listxattrat and removexattrat of Linux 6.13, which get ENOSYS either way.
 */

import type { CapabilityName } from './capabilities.ts';

/** The errno of a call that no rule allows. */
export const defaultErrno = 1; // EPERM

const ENOSYS = 38;

/** The errno of a call that the profile is too old to know: not EPERM, so that a C library falls back to an older one. */
export const unknownErrno = ENOSYS;

/** A test of one argument; on an i386 an argument is 32 bits. */
export interface ArgumentTest {
  argument: number;
  /** `in`: is one of the values; `not in`: is none of them; `without`: has no bit of the first. */
  operator: 'in' | 'not in' | 'without';
  values: readonly number[];
}

/** Allows the calls it names, or with `errno` refuses them in its own way. A rule without a test goes before one with. */
export interface ProfileRule {
  /** Lines of names separated by spaces. */
  names: readonly string[];
  /** Only for a container that has this capability in its bounding set. */
  with?: CapabilityName;
  /** Only for one that has not. */
  unless?: CapabilityName;
  when?: ArgumentTest;
  errno?: number;
}

const AF_VSOCK = 40;

/** As they are in <linux/personality.h>; the last asks for the current one. */
const PERSONALITIES = { linux: 0, linux32: 8, uname26: 0x20000, uname26Linux32: 0x20008, query: 0xffffffff };

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
const NEW_NAMESPACES =
  0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000;

export const profile: readonly ProfileRule[] = [
  {
    names: [
      'accept4 access adjtimex alarm bind brk cachestat capget capset chdir chmod chown chown32 clock_adjtime',
      'clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep',
      'clock_nanosleep_time64 close close_range connect copy_file_range creat dup dup2 dup3 epoll_create epoll_create1',
      'epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 execve execveat exit exit_group faccessat',
      'faccessat2 fadvise64 fadvise64_64 fallocate fanotify_mark fchdir fchmod fchmodat fchmodat2 fchown fchown32',
      'fchownat fcntl fcntl64 fdatasync fgetxattr flistxattr flock fork fremovexattr fsetxattr fstat fstat64 fstatat64',
      'fstatfs fstatfs64 fsync ftruncate ftruncate64 futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake',
      'futimesat getcpu getcwd getdents getdents64 getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups',
      'getgroups32 getitimer getpeername getpgid getpgrp getpid getppid getpriority getrandom getresgid getresgid32',
      'getresuid getresuid32 getrlimit get_robust_list getrusage getsid getsockname getsockopt get_thread_area gettid',
      'gettimeofday getuid getuid32 getxattr inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel',
      'ioctl io_destroy io_getevents io_pgetevents io_pgetevents_time64 ioprio_get ioprio_set io_setup io_submit ipc',
      'kill landlock_add_rule landlock_create_ruleset landlock_restrict_self lchown lchown32 lgetxattr link linkat',
      'listen listmount listxattr llistxattr _llseek lremovexattr lseek lsetxattr lstat lstat64 madvise',
      'map_shadow_stack membarrier memfd_create memfd_secret mincore mkdir mkdirat mknod mknodat mlock mlock2 mlockall',
      'mmap mmap2 mprotect mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend',
      'mq_timedsend_time64 mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync munlock munlockall munmap',
      'name_to_handle_at nanosleep _newselect open openat openat2 pause pidfd_open pidfd_send_signal pipe pipe2',
      'pkey_alloc pkey_free pkey_mprotect poll ppoll ppoll_time64 prctl pread64 preadv preadv2 prlimit64',
      'process_mrelease pselect6 pselect6_time64 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv',
      'recvfrom recvmmsg recvmmsg_time64 recvmsg remap_file_pages removexattr rename renameat renameat2 restart_syscall',
      'rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait',
      'rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_getaffinity sched_getattr sched_getparam sched_get_priority_max',
      'sched_get_priority_min sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity',
      'sched_setattr sched_setparam sched_setscheduler sched_yield seccomp select semctl semget semtimedop_time64',
      'sendfile sendfile64 sendmmsg sendmsg sendto setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups',
      'setgroups32 setitimer setpgid setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32',
      'setreuid setreuid32 setrlimit set_robust_list setsid setsockopt set_thread_area set_tid_address setuid setuid32',
      'setxattr shmat shmctl shmdt shmget shutdown sigaltstack signalfd signalfd4 sigprocmask sigreturn socketcall',
      'socketpair splice stat stat64 statfs statfs64 statmount statx symlink symlinkat sync sync_file_range syncfs',
      'sysinfo tee tgkill time timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime',
      'timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times tkill',
      'truncate truncate64 ugetrlimit umask uname unlink unlinkat utime utimensat utimensat_time64 utimes vfork',
      'vmsplice wait4 waitid waitpid write writev',
    ],
  },
  { names: ['process_vm_readv process_vm_writev ptrace'] },
  { names: ['socket'], when: { argument: 0, operator: 'not in', values: [AF_VSOCK] } },
  { names: ['personality'], when: { argument: 0, operator: 'in', values: Object.values(PERSONALITIES) } },
  { names: ['modify_ldt'] },
  { names: ['open_by_handle_at'], with: 'CAP_DAC_READ_SEARCH' },
  {
    names: [
      'bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie lsm_get_self_attr',
      'lsm_list_modules lsm_set_self_attr mount mount_setattr move_mount open_tree perf_event_open quotactl',
      'quotactl_fd setdomainname sethostname setns syslog umount umount2 unshare',
    ],
    with: 'CAP_SYS_ADMIN',
  },
  {
    names: ['clone'],
    unless: 'CAP_SYS_ADMIN',
    when: { argument: 0, operator: 'without', values: [NEW_NAMESPACES] },
  },
  // A filter cannot see the flags behind clone3's pointer: a C library that is told ENOSYS takes clone instead.
  { names: ['clone3'], unless: 'CAP_SYS_ADMIN', errno: ENOSYS },
  { names: ['reboot'], with: 'CAP_SYS_BOOT' },
  { names: ['chroot'], with: 'CAP_SYS_CHROOT' },
  { names: ['delete_module init_module finit_module'], with: 'CAP_SYS_MODULE' },
  { names: ['acct'], with: 'CAP_SYS_PACCT' },
  {
    names: ['kcmp pidfd_getfd process_madvise process_vm_readv process_vm_writev ptrace'],
    with: 'CAP_SYS_PTRACE',
  },
  { names: ['iopl ioperm'], with: 'CAP_SYS_RAWIO' },
  { names: ['settimeofday stime clock_settime clock_settime64'], with: 'CAP_SYS_TIME' },
  { names: ['vhangup'], with: 'CAP_SYS_TTY_CONFIG' },
  { names: ['get_mempolicy mbind set_mempolicy set_mempolicy_home_node'], with: 'CAP_SYS_NICE' },
  { names: ['syslog'], with: 'CAP_SYSLOG' },
  { names: ['bpf'], with: 'CAP_BPF' },
  { names: ['perf_event_open'], with: 'CAP_PERFMON' },
];
