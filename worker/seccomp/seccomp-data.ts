/** <linux/seccomp.h>: what a filter returns, and the offsets of struct seccomp_data. */

export const KILL_THREAD = 0;
export const KILL_PROCESS = 0x80000000;
export const TRAP = 0x00030000;
export const ERRNO = 0x00050000;
export const TRACE = 0x7ff00000;
export const LOG = 0x7ffc0000;
export const ALLOW = 0x7fff0000;

export const NUMBER_OFFSET = 0;
export const ARCHITECTURE_OFFSET = 4;
/** Each of the six arguments has 64 bits, of which an i386 uses the lower half, which comes first. */
export const ARGUMENTS_OFFSET = 16;
export const AUDIT_ARCH_I386 = 0x40000003;
