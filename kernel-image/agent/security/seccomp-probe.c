/*
 * For seccomp.test.ts: installs the filter in the file that is its first argument ("-" for none), then makes the system
 * calls of the further arguments (number,argument,...), each in a child of its own, and prints each one's errno, or
 * "signal N". The first line is the nanoseconds that installing took.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct sock_filter filter[4096];

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long install(const char *path) {
  ssize_t size = read(open(path, O_RDONLY), filter, sizeof filter);
  if (size < 0) return -1;
  struct sock_fprog program = {.len = size / sizeof *filter, .filter = filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return -1;
  long long start = now();
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)) return -1;
  return now() - start;
}

static int call(char *text) {
  unsigned long words[7] = {0};
  for (int i = 0; i < 7 && *text; i++) {
    words[i] = strtoul(text, &text, 0);
    if (*text == ',') text++;
  }
  errno = 0;
  syscall(words[0], words[1], words[2], words[3], words[4], words[5], words[6]);
  return errno;
}

int main(int argc, char **argv) {
  long long took = argv[1][0] == '-' ? 0 : install(argv[1]);
  if (took < 0) {
    perror("seccomp");
    return 77;
  }
  printf("%lld\n", took);
  for (int i = 2; i < argc; i++) {
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) _exit(call(argv[i]));
    if (child < 0 || waitpid(child, &status, 0) < 0) return 1;
    if (WIFSIGNALED(status)) printf("signal %d\n", WTERMSIG(status));
    else printf("%d\n", WEXITSTATUS(status));
  }
  return 0;
}
