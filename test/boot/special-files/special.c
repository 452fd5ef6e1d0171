/*
 * Makes what a shell cannot make, for the tests of commit and export; freestanding, for i386:
 *
 *   special x FILE NAME HEX    an extended attribute
 *   special t SECONDS FILE...  the time of their last change, of links themselves
 *   special s FILE             a socket
 *
 * Built with gcc 12 into special.base64 (base64 -w 120):
 *
 *   gcc -m32 -Os -nostdlib -static -ffreestanding -fno-builtin -fno-pic \
 *     -fno-stack-protector -fno-asynchronous-unwind-tables -Wl,-N,-s,--build-id=none special.c
 */
static int sys(int number, long a, long b, long c, long d, long e)
{
	int result;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
	return result;
}

static int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

static int attribute(char *file, char *name, char *hex)
{
	static unsigned char value[65536];
	int length = 0;
	for (; *hex; hex += 2) value[length++] = digit(hex[0]) << 4 | digit(hex[1]);
	return sys(227 /* lsetxattr */, (long)file, (long)name, (long)value, length, 0);
}

static int time(char *seconds, char **files)
{
	long long times[4] = {0, 0, 0, 0};
	int result = 0, minus = *seconds == '-';
	for (seconds += minus; *seconds; seconds++) times[2] = times[2] * 10 + digit(*seconds);
	times[2] = times[0] = minus ? -times[2] : times[2];
	for (; *files && result == 0; files++)
		result = sys(412 /* utimensat_time64 */, -100, (long)*files, (long)times, 0x100 /* AT_SYMLINK_NOFOLLOW */, 0);
	return result;
}

static int make_socket(char *file)
{
	struct { unsigned short family; char path[108]; } address = {1, {0}};
	int at = 0;
	for (; file[at]; at++) address.path[at] = file[at];
	return sys(361 /* bind */, sys(359 /* socket */, 1, 1, 0, 0, 0), (long)&address, sizeof address, 0, 0);
}

__attribute__((used)) void run(long *stack)
{
	char **args = (char **)(stack + 1);
	int result;
	switch (args[1][0]) {
	case 'x': result = attribute(args[2], args[3], args[4]); break;
	case 't': result = time(args[2], args + 3); break;
	default: result = make_socket(args[2]);
	}
	sys(1, result < 0 ? -result : 0, 0, 0, 0, 0);
}

__asm__(".globl _start\n_start:\tmov %esp, %eax\n\tpush %eax\n\tcall run\n");
