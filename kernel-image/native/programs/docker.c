/*
 * The docker program of the guest: a relay between the process that the shell started and the command in the worker.
 * It owns the terminal and the standard streams; the messages are those of worker/protocol/cli.ts.
 *
 *     gcc -m32 -Os -ffreestanding -nostdlib -static -fno-stack-protector -fno-pic -fno-asynchronous-unwind-tables \
 *         -Wl,--build-id=none,-z,noseparate-code,-z,norelro -s docker.c -o docker
 */
#include "sys.h"

#ifndef SOCKET_PATH
#define SOCKET_PATH "/run/bottleship/cli.sock"
#endif

enum { M_START = 1, M_STDIN, M_STDIN_END, M_SIZE, M_SIGNAL, M_RESULT };
enum {
	M_STDOUT = 65, M_STDERR, M_EXIT, M_RAW, M_WANT, M_SIGNALS, M_CALL,
};
enum { HEADER = 4, MAX_MESSAGE = 65536, SMALL = 8 };
enum { A_NUMBER, A_BYTES, A_KEPT, A_FILLED, A_WHOLE };  /* what an argument of a call means */
enum { C_KEEP = 1 << 20, C_CHAINED = 1 << 21, CALL_FIXED = 28 };

static int sock;
static int terminal = -1;                 /* the descriptor whose size counts */

static u8 in[HEADER + MAX_MESSAGE];       /* bytes from the socket that are not handled yet */
static u32 in_length;
static u32 left;                          /* bytes of an output message that are still to come */
static int left_to;

/* Room for one message of input, one answer to a call, and some small ones. */
static u8 out[2 * (HEADER + MAX_MESSAGE) + 256];
static u32 out_start, out_end;
static int out_dead;

static u32 want;                          /* bytes of standard input that we may send */
static int input_ended;

static int raw_on;
static struct termios cooked;

static int reporting;                     /* signals are reported, not died from */
static volatile u32 pending[2];
static volatile u32 resized, continued;
static volatile struct timespec64 patience;

/* ------------------------------------------------------------------ bytes */

void *memcpy(void *to, const void *from, __SIZE_TYPE__ length)
{
	void *result = to;
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(length) : : "memory");
	return result;
}

static u32 length_of(const char *text)
{
	u32 length = 0;
	while (text[length]) length++;
	return length;
}

static void put32(u8 *at, u32 value) { memcpy(at, &value, 4); }

static u32 get32(const u8 *at)
{
	u32 value;
	memcpy(&value, at, 4);
	return value;
}

#include "many-files.h"

/* ------------------------------------------------------------------ the end */

static void leave_raw(void)
{
	if (raw_on) sys3(SYS_ioctl, 0, TCSETS, (int)&cooked);
	raw_on = 0;
}

static void __attribute__((noreturn)) leave(int code)
{
	leave_raw();
	for (;;) sys3(SYS_exit_group, code, 0, 0);
}

static void __attribute__((noreturn)) fail(const char *text)
{
	sys3(SYS_write, 2, (int)text, length_of(text));
	leave(1);
}

/* As the signal would have ended us had we not been listening for it. */
static void die_from(int signal)
{
	struct sigaction action = { (void *)SIG_DFL, 0, 0, { 0, 0 } };
	u32 mask[2] = { 0, 0 };
	mask[(signal - 1) / 32] = 1u << ((signal - 1) % 32);
	leave_raw();
	sys5(SYS_rt_sigaction, signal, (int)&action, 0, 8, 0);
	sys5(SYS_rt_sigprocmask, SIG_UNBLOCK, (int)mask, 0, 8, 0);
	sys3(SYS_kill, sys3(SYS_getpid, 0, 0, 0), signal, 0);
	leave(128 + signal);
}

/* ------------------------------------------------------------------ signals */

__asm__(".text\nrestore_from_signal: movl $173, %eax\n int $0x80\n");
extern void restore_from_signal(void);

static void on_signal(int signal)
{
	if (signal == SIGWINCH) resized = 1;
	else if (signal == SIGCONT) continued = 1;
	else if (reporting && signal != SIGPIPE) pending[(signal - 1) / 32] |= 1u << ((signal - 1) % 32);
	else die_from(signal);
	/* The kernel reads this when it begins to wait: what came before that moment ends the waiting at once. */
	patience.seconds = 0;
}

static void listen_for(int signal)
{
	struct sigaction action = { (void *)on_signal, SA_SIGINFO | SA_RESTORER, (void *)restore_from_signal, { 0, 0 } };
	struct sigaction before;
	sys5(SYS_rt_sigaction, signal, 0, (int)&before, 8, 0);
	if (before.handler != (void *)SIG_IGN) sys5(SYS_rt_sigaction, signal, (int)&action, 0, 8, 0);
}

/* Those that a program leaves to the kernel: faults, job control, what cannot be caught or means nothing here. */
static int not_ours(int signal)
{
	const u32 mask = 1u << SIGILL | 1u << SIGTRAP | 1u << SIGBUS | 1u << SIGFPE | 1u << SIGKILL | 1u << SIGSEGV |
		1u << SIGPIPE | 1u << SIGCHLD | 1u << SIGCONT | 1u << SIGSTOP | 1u << SIGTSTP | 1u << SIGTTIN |
		1u << SIGTTOU | 1u << SIGURG | 1u << SIGWINCH;
	return signal < 32 ? mask >> signal & 1 : signal < 34;
}

static void listen_for_all(void)
{
	static int done;
	if (done) return;
	done = 1;
	for (int signal = 1; signal <= 64; signal++)
		if (!not_ours(signal)) listen_for(signal);
}

/* ------------------------------------------------------------------ the terminal */

/* As cfmakeraw(3), which keeps nothing of the line discipline but bytes. */
static void enter_raw(void)
{
	struct termios raw;
	if (!raw_on && sys3(SYS_ioctl, 0, TCGETS, (int)&cooked) < 0) return;
	raw = cooked;
	raw.iflag &= ~02753u;  /* IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON */
	raw.oflag &= ~01u;     /* OPOST */
	raw.lflag &= ~0100113u;/* ISIG ICANON ECHO ECHONL IEXTEN */
	raw.cflag = (raw.cflag & ~0460u) | 060u; /* CSIZE PARENB; CS8 */
	raw.cc[6] = 1;         /* VMIN */
	raw.cc[5] = 0;         /* VTIME */
	raw_on = sys3(SYS_ioctl, 0, TCSETS, (int)&raw) == 0;
}

static u32 terminal_size(void)
{
	struct winsize size = { 0, 0, 0, 0 };
	if (terminal >= 0) sys3(SYS_ioctl, terminal, TIOCGWINSZ, (int)&size);
	return size.rows | (u32)size.cols << 16;
}

static int is_terminal(int fd)
{
	struct termios state;
	return sys3(SYS_ioctl, fd, TCGETS, (int)&state) == 0;
}

/* ------------------------------------------------------------------ to the worker */

static void flush(void)
{
	while (out_start < out_end && !out_dead) {
		int sent = sys5(SYS_sendto, sock, (int)(out + out_start), out_end - out_start, MSG_DONTWAIT | MSG_NOSIGNAL, 0);
		if (sent == -EAGAIN || sent == -EINTR) return;
		/* What the command has said already still counts, its exit code above all. */
		if (sent < 0) out_dead = 1;
		else out_start += sent;
	}
	out_start = out_end = 0;
}

static int room(u32 length) { return sizeof out - out_end >= HEADER + length; }

/* The payload is at out + out_end + HEADER already. */
static void commit(int type, u32 length)
{
	put32(out + out_end, length << 8 | type);
	out_end += HEADER + length;
}

static void send_number(int type, u32 value, u32 length)
{
	put32(out + out_end + HEADER, value);
	commit(type, length);
}

static void send_all(const void *bytes, u32 length)
{
	while (length) {
		int sent = sys5(SYS_sendto, sock, (int)bytes, length, MSG_NOSIGNAL, 0);
		if (sent == -EINTR) continue;
		if (sent < 0) return;
		bytes = (const u8 *)bytes + sent;
		length -= sent;
	}
}

/* The kernel lays the strings of argv and, right after them, those of envp out in one piece. */
static void send_start(int argc, char **argv, char **envp)
{
	u8 *fixed = out + HEADER;
	char *strings = argc > 1 ? argv[1] : envp[0];
	u32 terminals = 0, fixed_length, strings_length = 0;
	int cwd;
	for (int fd = 2; fd >= 0; fd--)
		if (is_terminal(fd)) {
			terminals |= 1u << fd;
			if (terminal != 1) terminal = fd;
		}
	put32(fixed, terminals);
	put32(fixed + 2, terminal_size());
	put32(fixed + 6, 0);
	put32(fixed + 8, argc > 0 ? argc - 1 : 0);
	cwd = sys3(SYS_getcwd, (int)(fixed + 12), 4096, 0);
	if (cwd < 1) {
		memcpy(fixed + 12, "/", 2);
		cwd = 2;
	}
	fixed_length = 12 + cwd;
	if (strings) {
		char *last = argv[argc - 1];
		for (char **entry = envp; *entry; entry++) last = *entry;
		strings_length = last + length_of(last) + 1 - strings;
	}
	put32(out, (fixed_length + strings_length) << 8 | M_START);
	if (strings_length <= sizeof out - HEADER - fixed_length) {
		memcpy(fixed + fixed_length, strings, strings_length);
		send_all(out, HEADER + fixed_length + strings_length);
	} else {
		send_all(out, HEADER + fixed_length);
		send_all(strings, strings_length);
	}
}

static void read_input(void)
{
	u32 most = want < MAX_MESSAGE ? want : MAX_MESSAGE;
	int got = sys3(SYS_read, 0, (int)(out + out_end + HEADER), most);
	if (got == -EINTR || got == -EAGAIN) return;
	if (got > 0) {
		want -= got;
		commit(M_STDIN, got);
		return;
	}
	input_ended = 1;
	commit(M_STDIN_END, 0);
}

static void report_signals(void)
{
	for (int signal = 1; signal <= 64 && room(SMALL); signal++) {
		volatile u32 *word = &pending[(signal - 1) / 32];
		u32 bit = 1u << ((signal - 1) % 32);
		if (!(*word & bit)) continue;
		__asm__ volatile("andl %1, %0" : "+m"(*word) : "r"(~bit));
		send_number(M_SIGNAL, signal, 1);
	}
}

static void notice(void)
{
	if (continued) {
		continued = 0;
		resized = 1;
		if (raw_on) enter_raw();
	}
	if (resized && room(SMALL)) {
		resized = 0;
		if (terminal >= 0) send_number(M_SIZE, terminal_size(), 4);
	}
	if (pending[0] | pending[1]) report_signals();
}

/* ------------------------------------------------------------------ from the worker */

static void write_output(int fd, const u8 *bytes, u32 length)
{
	while (length) {
		int done = sys3(SYS_write, fd, (int)bytes, length);
		if (done == -EINTR) {
			notice();
			flush();
			continue;
		}
		if (done == -EAGAIN) {
			struct pollfd ready = { fd, POLLOUT, 0 };
			sys5(SYS_ppoll_time64, (int)&ready, 1, 0, 0, 8);
			continue;
		}
		/* The kernel has killed us for EPIPE already, or somebody wants that signal ignored. */
		if (done == -EPIPE) leave(1);
		if (done < 0) return;
		bytes += done;
		length -= done;
	}
}

static void set_raw(int on)
{
	if (!on) {
		leave_raw();
		return;
	}
	listen_for_all();
	listen_for(SIGPIPE);
	if (!raw_on) enter_raw();
}

/* Waits for the other side where there is no room for the longest answer. */
static void make_room(void)
{
	struct pollfd ready = { sock, POLLOUT, 0 };
	while (!room(MAX_MESSAGE)) {
		sys5(SYS_ppoll_time64, (int)&ready, 1, 0, 0, 8);
		flush();
	}
}

static void call(u8 *payload)
{
	static int kept, failed;
	u32 number = get32(payload), how = get32(payload + 4), filled = 0;
	u8 *answer = out + out_end + HEADER;
	int a[5], by_result = 0, result = -ECANCELED;
	for (int at = 0; at < 5; at++) {
		u32 value = get32(payload + 8 + 4 * at), kind = how >> 4 * at & 15;
		a[at] = kind == A_NUMBER ? (int)value : kind == A_BYTES ? (int)(payload + CALL_FIXED + value)
			: kind == A_KEPT ? kept : (int)(answer + 4);
		if (kind < A_FILLED) continue;
		filled = value;
		by_result = kind == A_FILLED;
	}
	if (!(how & C_CHAINED && failed))
		do result = number < P_FIRST ? sys5(number, a[0], a[1], a[2], a[3], a[4]) : many_files(number, a);
		while (result == -EINTR);
	failed = how & C_CHAINED && result < 0;
	if (how & C_KEEP) kept = result;
	if (result < 0) filled = 0;
	else if (by_result) filled = result;
	put32(answer, result);
	commit(M_RESULT, 4 + filled);
}

static void handle(int type, u8 *payload)
{
	switch (type) {
	case M_EXIT:
		leave(payload[0]);
	case M_RAW:
		set_raw(payload[0]);
		break;
	case M_WANT:
		want += get32(payload);
		break;
	case M_SIGNALS:
		reporting = payload[0];
		if (reporting) listen_for_all();
		break;
	case M_CALL:
		make_room();
		call(payload);
		break;
	}
}

/* Passes on as much of an output message as there is; tells how many bytes that were. */
static u32 pass_on(u8 *bytes, u32 length)
{
	if (length > left) length = left;
	write_output(left_to, bytes, length);
	left -= length;
	return length;
}

/* Handles what is whole at the start of the buffer; tells how many bytes that were, 0 for nothing. */
static u32 take(u8 *bytes, u32 length)
{
	u32 size;
	if (left) return pass_on(bytes, length);
	if (length < HEADER) return 0;
	size = get32(bytes) >> 8;
	if (bytes[0] == M_STDOUT || bytes[0] == M_STDERR) {
		left = size;
		left_to = bytes[0] - M_STDOUT + 1;
		return HEADER;
	}
	if (size > MAX_MESSAGE) fail("docker: the engine sent something that this program does not understand\n");
	if (length < HEADER + size) return 0;
	handle(bytes[0], bytes + HEADER);
	return HEADER + size;
}

static void receive(void)
{
	u32 used = 0, step;
	int got = sys3(SYS_read, sock, (int)(in + in_length), sizeof in - in_length);
	if (got == -EINTR || got == -EAGAIN) return;
	if (got <= 0) fail("docker: the connection to the engine was lost\n");
	in_length += got;
	while (used < in_length && (step = take(in + used, in_length - used))) used += step;
	in_length -= used;
	if (in_length && used) memcpy(in, in + used, in_length);
}

/* ------------------------------------------------------------------ the middle */

static void wait_and_work(void)
{
	int has_out = out_start < out_end;
	struct pollfd ready[2] = { { sock, POLLIN, 0 }, { 0, POLLIN, 0 } };
	if (has_out) ready[0].events |= POLLOUT;
	/* Input waits while the socket is full, so that the other direction never waits for it. */
	if (sys5(SYS_ppoll_time64, (int)ready, want && !input_ended && !has_out ? 2 : 1, (int)&patience, 0, 8) <= 0) return;
	if (ready[1].revents) read_input();
	if (ready[0].revents & ~POLLOUT) receive();
}

static void connect_to_engine(void)
{
	static const struct sockaddr_un address = { AF_UNIX, SOCKET_PATH };
	sock = sys3(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* Closed standard streams stay closed: their numbers are not for the socket. */
	if (sock >= 0 && sock < 3) {
		int low = sock;
		sock = sys3(SYS_fcntl64, low, F_DUPFD_CLOEXEC, 3);
		sys3(SYS_close, low, 0, 0);
	}
	if (sock < 0 || sys3(SYS_connect, sock, (int)&address, sizeof address) < 0)
		fail("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n");
}

void __attribute__((noreturn, used)) begin(int *stack)
{
	int argc = stack[0];
	char **argv = (char **)(stack + 1);
	connect_to_engine();
	send_start(argc, argv, argv + argc + 1);
	if (terminal >= 0) {
		listen_for(SIGWINCH);
		listen_for(SIGCONT);
	}
	for (;;) {
		patience.seconds = 1 << 30;
		notice();
		flush();
		wait_and_work();
	}
}

__asm__(".globl _start\n_start: xorl %ebp, %ebp\n movl %esp, %eax\n andl $-16, %esp\n subl $12, %esp\n pushl %eax\n call begin\n");
