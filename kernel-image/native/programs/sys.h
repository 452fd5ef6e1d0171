/* System calls of Linux i386 for programs without a C library: int $0x80, results as the kernel gives them (-errno). */
#ifndef BOTTLESHIP_SYS_H
#define BOTTLESHIP_SYS_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

enum {
	SYS_read = 3, SYS_write = 4, SYS_open = 5, SYS_close = 6, SYS_getpid = 20, SYS_kill = 37, SYS_ioctl = 54,
	SYS_rt_sigreturn = 173, SYS_rt_sigaction = 174, SYS_rt_sigprocmask = 175, SYS_getcwd = 183,
	SYS_fcntl64 = 221,
	SYS_exit_group = 252, SYS_socket = 359, SYS_connect = 362, SYS_sendto = 369, SYS_ppoll_time64 = 414,
};

static inline int sys5(int number, int a, int b, int c, int d, int e)
{
	int result;
	__asm__ volatile("int $0x80" : "=a"(result) : "0"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
	return result;
}

static inline int sys3(int number, int a, int b, int c)
{
	int result;
	__asm__ volatile("int $0x80" : "=a"(result) : "0"(number), "b"(a), "c"(b), "d"(c) : "memory");
	return result;
}

enum { EPERM = 1, EINTR = 4, EAGAIN = 11, EPIPE = 32, ECANCELED = 125 };
enum { AF_UNIX = 1, SOCK_STREAM = 1, SOCK_CLOEXEC = 02000000, MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000 };
enum { F_DUPFD_CLOEXEC = 1030 };
enum { POLLIN = 1, POLLOUT = 4 };
enum {
	SIGILL = 4, SIGTRAP = 5, SIGBUS = 7, SIGFPE = 8, SIGKILL = 9, SIGSEGV = 11, SIGPIPE = 13, SIGCHLD = 17,
	SIGCONT = 18, SIGSTOP = 19, SIGTSTP = 20, SIGTTIN = 21, SIGTTOU = 22, SIGURG = 23, SIGWINCH = 28,
};
enum { SIG_DFL = 0, SIG_IGN = 1, SIG_UNBLOCK = 1, SA_SIGINFO = 4, SA_RESTORER = 0x04000000 };
enum { TCGETS = 0x5401, TCSETS = 0x5402, TIOCGWINSZ = 0x5413 };

struct sockaddr_un { u16 family; char path[108]; };
struct pollfd { int fd; u16 events, revents; };
struct timespec64 { long long seconds, nanoseconds; };
struct winsize { u16 rows, cols, x, y; };
struct termios { u32 iflag, oflag, cflag, lflag; u8 line, cc[19]; };
struct sigaction { void *handler; u32 flags; void *restorer; u32 mask[2]; };

#endif
