/*
 * For device-program.test.ts: loads the eBPF program on stdin as a cgroup device program. With a cgroup v2 directory as
 * its argument it attaches it there, enters, makes nodes in the working directory, and prints the errno of each attempt
 * to make, read and write one. Exits with 77 when this machine does not let it try, and with 2 and the verifier's log
 * when the program is not accepted.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static char verifier_log[1 << 16];
static struct bpf_insn program[4096];

static int load(ssize_t size) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  attr.insns = (unsigned long)program;
  attr.insn_cnt = size / sizeof *program;
  attr.license = (unsigned long)"Apache-2.0";
  attr.log_buf = (unsigned long)verifier_log;
  attr.log_size = sizeof verifier_log;
  attr.log_level = 1;
  return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr);
}

static int attach(int loaded, const char *cgroup) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.target_fd = open(cgroup, O_RDONLY | O_DIRECTORY);
  attr.attach_bpf_fd = loaded;
  attr.attach_type = BPF_CGROUP_DEVICE;
  return syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof attr);
}

static int enter(const char *cgroup) {
  char path[4096];
  snprintf(path, sizeof path, "%s/cgroup.procs", cgroup);
  int fd = open(path, O_WRONLY);
  return fd < 0 || write(fd, "0", 1) < 0 ? -1 : 0;
}

static int error(int result) { return result < 0 ? errno : 0; }

static void try(mode_t type, unsigned major_number, unsigned minor_number) {
  char path[64];
  snprintf(path, sizeof path, "./%c-%u-%u", type == S_IFCHR ? 'c' : 'b', major_number, minor_number);
  int made = error(mknod(path, type | 0600, makedev(major_number, minor_number)));
  int opened = error(open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  int written = error(open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY));
  printf("%s %d %d %d\n", path + 2, made, opened, written);
}

int main(int argc, char **argv) {
  int loaded = load(read(0, program, sizeof program));
  if (loaded < 0) {
    fprintf(stderr, "%s\n%s", strerror(errno), verifier_log);
    return errno == EPERM || errno == ENOSYS ? 77 : 2;
  }
  if (argc < 2) return 0;
  if (attach(loaded, argv[1]) < 0 || enter(argv[1]) < 0) {
    perror("attach");
    return 77;
  }
  try(S_IFCHR, 1, 3);
  try(S_IFCHR, 1, 5);
  /* Numbers that nothing answers to: with leave to open them the errno is ENXIO. */
  try(S_IFCHR, 241, 7);
  try(S_IFBLK, 241, 7);
  return 0;
}
