import { check, errno, KernelError } from './errors.ts';
import { flags } from './files.ts';
import { nr } from './numbers.ts';

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_ROUTE = 0;
const NLM_F_REQUEST = 1;
const NLMSG_ERROR = 2;
/** struct nlmsghdr: u32 length, u16 type, u16 flags, u32 sequence number, u32 port. */
const headerWords = 4;

/** A socket for devices, addresses and routes of the network namespace that the caller is in, wherever it is used later. */
export function openNetlink(): number {
  const type = SOCK_RAW | flags.O_CLOEXEC | flags.O_NONBLOCK;
  return check('socket', syscall(nr.socket, AF_NETLINK, type, NETLINK_ROUTE));
}

/** What a message is about: its type, the flags beside NLM_F_REQUEST, and the words of its fixed part. */
export interface Subject {
  type: number;
  flags: number;
  words: readonly number[];
}

/**
 * Messages of rtnetlink(7), one after the other in one packet, which the kernel carries out before `send` returns. A
 * packet may be sent again, with other values in the places that its attributes were put in.
 */
export class NetlinkPacket {
  readonly #bytes = new Uint8Array(1024);
  readonly #words = new Uint32Array(this.#bytes.buffer);
  readonly #halves = new Uint16Array(this.#bytes.buffer);
  readonly #steps: string[] = [];
  #length = 0;

  /** Adds a message, with the attributes that `fill` puts in; `step` names it when the kernel refuses it. */
  add(step: string, { type, flags: given, words }: Subject, fill: () => void = () => undefined): void {
    const start = this.#length;
    const at = start / 4;
    this.#halves[at * 2 + 2] = type;
    this.#halves[at * 2 + 3] = NLM_F_REQUEST | given;
    this.#words[at + 2] = this.#steps.push(step);
    this.#words.set(words, at + headerWords);
    this.#length += (headerWords + words.length) * 4;
    fill();
    this.#words[at] = this.#length - start;
  }

  /** @returns the value's place */
  attribute(type: number, value: ArrayLike<number>): number {
    const start = this.#open(type);
    this.#bytes.set(value, this.#length);
    this.#close(start, value.length);
    return start + 4;
  }

  number(type: number, value: number): number {
    const start = this.#open(type);
    this.#words[this.#length / 4] = value;
    this.#close(start, 4);
    return start + 4;
  }

  /** With the closing NUL. */
  text(type: number, value: string): number {
    return this.attribute(type, new Uint8Array(encode(value)));
  }

  /** Puts another value of the same length in a place. */
  put(place: number, value: ArrayLike<number>): void {
    this.#bytes.set(value, place);
  }

  /** An attribute made of `words` and further attributes. */
  nest(type: number, words: readonly number[], fill: () => void): void {
    const start = this.#open(type);
    this.#words.set(words, this.#length / 4);
    this.#length += words.length * 4;
    fill();
    this.#close(start, 0);
  }

  /** @throws KernelError of the first message that the kernel refuses; it does carry out those after it */
  send(socket: number): void {
    check('send', syscall(nr.write, socket, this.#bytes, this.#length));
    const answer = new Int32Array(256);
    const got = syscall(nr.read, socket, answer, answer.byteLength);
    if (got === -errno.EAGAIN) return;
    check('receive', got);
    // struct nlmsgerr: the header of the answer, whose sequence number is the message's, then the error.
    const type = (answer[1] ?? 0) & 0xffff;
    if (type === NLMSG_ERROR && answer[headerWords])
      throw new KernelError(this.#steps[(answer[2] ?? 1) - 1] ?? 'netlink', -answer[headerWords]);
  }

  /** struct rtattr: u16 length, u16 type. Every attribute begins at a multiple of four. */
  #open(type: number): number {
    const start = this.#length;
    this.#halves[start / 2 + 1] = type;
    this.#length += 4;
    return start;
  }

  #close(start: number, size: number): void {
    this.#length += size;
    this.#halves[start / 2] = this.#length - start;
    this.#length = (this.#length + 3) & ~3;
  }
}
