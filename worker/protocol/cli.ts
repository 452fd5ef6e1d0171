/**
 * What the `docker` program in the guest and the command in the worker say to each other, over a stream that the agent
 * carries without looking inside. The program is a relay: it owns the terminal and the standard streams, so that job
 * control, SIGPIPE and blocking writes are the kernel's, and everything else happens in the worker.
 *
 * A message is u8 type, u8[3] length (little-endian), payload; numbers in payloads are little-endian. The first message
 * is `start`. Text is UTF-8 and stays bytes here; worker/cli makes strings of it.
 */
import { readU32, writeU32 } from './frame.ts';
import { concat } from '../oci/bytes.ts';

export const clientMessage = {
  /** The program's arguments, environment and terminal, see {@link StartMessage}. Only this one may exceed `maxMessage`. */
  start: 1,
  /** Bytes of standard input; only as many as `want` has asked for. */
  stdin: 2,
  stdinEnd: 3,
  /** u16 rows, u16 columns: the terminal's size has changed. */
  size: 4,
  /** u8: the program was sent this signal. */
  signal: 5,
  /** i32: what a `call` returned, a negative errno being a failure; then the bytes that it has filled in. */
  result: 6,
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
  /**
   * A system call that the program makes for the command, so that the command can work on the program's files: u32
   * number, u32 how, five u32 arguments, bytes. `how` has four bits for each argument (the first one's are the lowest),
   * see {@link argument}, and the bits of {@link callFlag}. Calls are made in order; each is answered by one `result`,
   * in that order, and the next may be sent before that.
   */
  call: 71,
} as const;

/** What an argument's number means. */
export const argument = {
  number: 0,
  /** An offset into the message's bytes, where what the call reads begins. */
  bytes: 1,
  /** Stands for the result of the last call that was to be kept. */
  kept: 2,
  /** Room for so many bytes (at most `maxFilled`), and the result says how many were filled in. */
  filled: 3,
  /** The same, and all of them are sent. The kernel may write up to `maxFilled`. */
  whole: 4,
} as const;

/**
 * Numbers that are no system calls: what the program does with many for one `call`. Entries and files that have gone in the
 * meantime are left out or fail alone.
 *
 * `list` (directory's descriptor, its path or nothing, room, its size): the next entries of a directory without `.` and
 * `..`, in no order, and nothing at its end. For each the first 144 bytes of its `struct statx`, u16 length of the name,
 * u16 of where a symbolic link leads, u16 of `security.capability` (asked for only where the path is given), u16 0, and
 * these three.
 *
 * `contents` (requests, their number, room, its size): for each request, u32 size and a path with a NUL, an i32 that is how
 * many bytes follow or a negative errno, then these. Links are not followed.
 */
export const programCall = { list: 0x10000, contents: 0x10001 } as const;

export const listedFixedSize = 152;

export const callFlag = {
  /** Keeps the result. */
  keep: 1 << 20,
  /** Is not made, and fails with ECANCELED, when the call before it was chained and has failed. */
  chained: 1 << 21,
} as const;

export const messageHeaderSize = 4;
export const maxMessage = 64 * 1024;
/** What one call can bring in. */
export const maxFilled = maxMessage - 4;
/** Number, how and arguments of a call. */
export const callFixedSize = 28;
/** Linux lets no program start with more than 6 MB of arguments and environment. */
export const maxStartMessage = 8 * 1024 * 1024;

export interface Message {
  readonly type: number;
  /** Valid only while the message is handled. */
  readonly payload: Uint8Array;
}

/** Payload of `start`: u8 terminals, u8 0, u16 rows, u16 columns, u16 0, u32 argc, then NUL-terminated cwd, args, env. */
export interface StartMessage {
  args: Uint8Array[];
  env: Uint8Array[];
  cwd: Uint8Array;
  /** Which of the three standard streams are terminals. */
  tty: { stdin: boolean; stdout: boolean; stderr: boolean };
  /** Of the terminal, when there is one. */
  size: { rows: number; cols: number } | undefined;
}

const startFixedSize = 12;
const ttyBit = { stdin: 1, stdout: 2, stderr: 4 } as const;

export function encodeMessage(type: number, payload: Uint8Array = new Uint8Array()): Uint8Array {
  const out = new Uint8Array(messageHeaderSize + payload.length);
  writeU32(out, 0, ((payload.length << 8) | type) >>> 0);
  out.set(payload, messageHeaderSize);
  return out;
}

export function u8(value: number): Uint8Array {
  return Uint8Array.of(value);
}

export function u32(...values: number[]): Uint8Array {
  const out = new Uint8Array(values.length * 4);
  values.forEach((value, index) => writeU32(out, index * 4, value));
  return out;
}

export function readI32(payload: Uint8Array): number {
  return readU32(payload, 0) | 0;
}

export function encodeSize(size: { rows: number; cols: number }): Uint8Array {
  return u32((size.rows & 0xffff) | ((size.cols & 0xffff) << 16));
}

export function decodeSize(payload: Uint8Array): { rows: number; cols: number } {
  const both = readU32(payload, 0);
  return { rows: both & 0xffff, cols: both >>> 16 };
}

export function encodeStart(start: StartMessage): Uint8Array {
  const strings = [start.cwd, ...start.args, ...start.env];
  const out = new Uint8Array(strings.reduce((sum, text) => sum + text.length + 1, startFixedSize));
  out[0] =
    (start.tty.stdin ? ttyBit.stdin : 0) |
    (start.tty.stdout ? ttyBit.stdout : 0) |
    (start.tty.stderr ? ttyBit.stderr : 0);
  out.set(encodeSize(start.size ?? { rows: 0, cols: 0 }), 2);
  writeU32(out, 8, start.args.length);
  let offset = startFixedSize;
  for (const text of strings) {
    out.set(text, offset);
    offset += text.length + 1;
  }
  return out;
}

/** @throws Error when the payload is not one that {@link encodeStart} makes. */
export function decodeStart(payload: Uint8Array): StartMessage {
  const argc = readU32(payload, 8);
  const [cwd, ...rest] = splitStrings(payload.subarray(startFixedSize));
  if (payload.length < startFixedSize || !cwd || rest.length < argc)
    throw new Error('malformed start message');
  const terminals = payload[0] ?? 0;
  const size = decodeSize(payload.subarray(2));
  return {
    args: rest.slice(0, argc),
    env: rest.slice(argc),
    cwd,
    tty: {
      stdin: (terminals & ttyBit.stdin) !== 0,
      stdout: (terminals & ttyBit.stdout) !== 0,
      stderr: (terminals & ttyBit.stderr) !== 0,
    },
    size: size.rows > 0 && size.cols > 0 ? size : undefined,
  };
}

function splitStrings(bytes: Uint8Array): Uint8Array[] {
  const strings: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0, start);
    if (end < 0) throw new Error('malformed start message');
    strings.push(bytes.slice(start, end));
    start = end + 1;
  }
  return strings;
}

/**
 * Cuts a byte sequence into messages. `push` calls back once for every message that is whole by then, in order, and
 * throws when the other side breaks the rules; nothing can be read after that.
 */
export class MessageReader {
  #rest = new Uint8Array();

  push(bytes: Uint8Array, handle: (message: Message) => void): void {
    const all = this.#rest.length === 0 ? bytes : concat([this.#rest, bytes]);
    let offset = 0;
    for (;;) {
      const size = messageSize(all, offset);
      if (offset + size > all.length) break;
      handle({ type: all[offset] ?? 0, payload: all.subarray(offset + messageHeaderSize, offset + size) });
      offset += size;
    }
    this.#rest = all.slice(offset);
  }
}

/** Of the message at `offset`; a header's size while there is no more to go by. */
function messageSize(bytes: Uint8Array, offset: number): number {
  if (bytes.length - offset < messageHeaderSize) return messageHeaderSize;
  const header = readU32(bytes, offset);
  const type = header & 0xff;
  const length = header >>> 8;
  const limit = type === clientMessage.start ? maxStartMessage : maxMessage;
  if (type === 0 || length > limit) throw new Error(`message of type ${type} and ${length} bytes`);
  return messageHeaderSize + length;
}
