/**
 * What the `docker` program in the guest and the command in the worker say to each other, over a stream that the agent
 * carries without looking inside. The program is a relay: it owns the terminal and the standard streams, so that job
 * control, SIGPIPE and blocking writes are the kernel's, and everything else happens in the worker.
 *
 * A message is u8 type, u8[3] length (little-endian), payload. The first message is `start`.
 */
export const clientMessage = {
  /** NUL-terminated strings, see {@link decodeStart}. */
  start: 1,
  /** Bytes of standard input; only as many as `want` has asked for. */
  stdin: 2,
  stdinEnd: 3,
  /** u16 rows, u16 columns: the terminal's size has changed. */
  size: 4,
  /** u8: the program was sent this signal. */
  signal: 5,
} as const;

export const commandMessage = {
  stdout: 65,
  stderr: 66,
  /** u8: the exit code; the last message. */
  exit: 67,
  /** u8: 1 puts the terminal into raw mode, 0 back. The program puts it back itself when it ends in any way. */
  raw: 68,
  /** u32: the program may send this many more bytes of standard input; it reads none before it is asked. */
  want: 69,
  /** u8: 1 has the program report signals instead of dying from them, 0 back. */
  signals: 70,
} as const;

export const messageHeaderSize = 4;
export const maxMessage = 16 * 1024;

export interface ClientStart {
  args: string[];
  env: string[];
  cwd: string;
  /** Which of the three standard streams are terminals. */
  tty: { stdin: boolean; stdout: boolean; stderr: boolean };
  /** Of the terminal, when there is one. */
  size: { rows: number; cols: number } | undefined;
}
