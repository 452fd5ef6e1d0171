/*
 * /sbin/docker-init: the first process of a container that was started with --init. It runs the command as a child in
 * a process group of its own, passes on every signal that it is sent, reaps whatever is orphaned, and ends as the
 * command has ended.
 *
 * usage: docker-init -- COMMAND [ARG...]
 */
#include "sys.h"

enum { SYS_fork = 2, SYS_execve = 11, SYS_setpgid = 57, SYS_wait4 = 114, SYS_rt_sigtimedwait = 177 };
enum { SIG_SETMASK = 2, WNOHANG = 1, TIOCSPGRP = 0x5410, ENOENT = 2, EACCES = 13 };

static const char default_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static void say(const char *text)
{
	int length = 0;

	while (text[length])
		length++;
	sys3(SYS_write, 2, (int)text, length);
}

static int has_slash(const char *text)
{
	for (; *text; text++)
		if (*text == '/')
			return 1;
	return 0;
}

static const char *path_of(char **env)
{
	for (; *env; env++)
		if ((*env)[0] == 'P' && (*env)[1] == 'A' && (*env)[2] == 'T' && (*env)[3] == 'H' && (*env)[4] == '=')
			return *env + 5;
	return default_path;
}

/* execvp: tries every directory of the path; the answer is the last one that says more than that nothing is there. */
static int execute(char **argv, char **env)
{
	static char name[4096];
	const char *directory = path_of(env);
	int error = -ENOENT, result;

	if (has_slash(argv[0]))
		return sys3(SYS_execve, (int)argv[0], (int)argv, (int)env);
	while (*directory) {
		u32 length = 0;
		const char *from;
		for (; *directory && *directory != ':' && length < sizeof(name) - 2; directory++)
			name[length++] = *directory;
		name[length++] = '/';
		for (from = argv[0]; *from && length < sizeof(name) - 1; from++)
			name[length++] = *from;
		name[length] = 0;
		result = sys3(SYS_execve, (int)name, (int)argv, (int)env);
		if (result != -ENOENT)
			error = result;
		if (*directory == ':')
			directory++;
	}
	return error;
}

static void become(char **argv, char **env, u32 *mask)
{
	int error;

	/* In the foreground of the container's terminal, when there is one; SIGTTOU is still blocked. */
	sys3(SYS_setpgid, 0, 0, 0);
	error = sys3(SYS_getpid, 0, 0, 0);
	sys3(SYS_ioctl, 0, TIOCSPGRP, (int)&error);
	sys5(SYS_rt_sigprocmask, SIG_SETMASK, (int)mask, 0, 8, 0);
	error = execute(argv, env);
	say("[FATAL docker-init] exec ");
	say(argv[0]);
	say(error == -ENOENT ? " failed: No such file or directory\n" :
		error == -EACCES ? " failed: Permission denied\n" : " failed\n");
	sys3(SYS_exit_group, error == -ENOENT ? 127 : 126, 0, 0);
}

/* Reaps everything that has ended; whether the command is among that. */
static int reap(int command, int *status)
{
	int pid, one, found = 0;

	while ((pid = sys5(SYS_wait4, -1, (int)&one, WNOHANG, 0, 0)) > 0)
		if (pid == command) {
			*status = one;
			found = 1;
		}
	return found;
}

static int run(char **argv, char **env)
{
	u32 all[2] = { ~0u, ~0u }, old[2];
	static u8 info[128];
	int command, number, status = 0;

	sys5(SYS_rt_sigprocmask, 0, (int)all, (int)old, 8, 0);
	command = sys3(SYS_fork, 0, 0, 0);
	if (command == 0)
		become(argv, env, old);
	if (command < 0)
		return 1;
	for (;;) {
		number = sys5(SYS_rt_sigtimedwait, (int)all, (int)info, 0, 8, 0);
		if (number == SIGCHLD && reap(command, &status))
			return (status & 0x7f) ? 128 + (status & 0x7f) : (status >> 8) & 0xff;
		if (number > 0 && number != SIGCHLD)
			sys3(SYS_kill, command, number, 0);
	}
}

__attribute__((noreturn, used)) void start(int *stack)
{
	int argc = stack[0];
	char **argv = (char **)(stack + 1);

	if (argc < 3) {
		say("usage: docker-init -- COMMAND [ARG...]\n");
		sys3(SYS_exit_group, 2, 0, 0);
	}
	sys3(SYS_exit_group, run(argv + 2, argv + argc + 1), 0, 0);
	__builtin_unreachable();
}

__asm__(".globl _start\n_start:\n\txorl %ebp, %ebp\n\tmovl %esp, %eax\n\tandl $-16, %esp\n\tsubl $12, %esp\n\tpushl %eax\n\tcall start\n");
