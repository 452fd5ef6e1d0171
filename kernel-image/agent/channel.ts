import {
  type Frame,
  flagMore,
  type FrameType,
  frameType,
  FrameReader,
  headerSize,
  maxPayload,
  packetSize,
  packetWindow,
  writeHeader,
  writeU32,
} from '../../worker/protocol/frame.ts';
import { read, write } from './kernel/files.ts';
import { type Loop, readable, writable } from './loop.ts';

const bufferSize = headerSize + maxPayload;

/**
 * The agent's end of the channel: a virtio-console port. Frames that are sent in one turn of the loop leave in as few
 * writes as they fit; `flush` must be called at the end of every turn.
 */
export class Channel {
  readonly #fd: number;
  readonly #loop: Loop;
  readonly #packet = new Uint8Array(packetSize);
  readonly #reader = new FrameReader();
  readonly #out = new Uint8Array(bufferSize);
  #used = 0;
  /** Bytes the port would not take yet, in order. */
  #backlog: Uint8Array[] = [];
  #taken = 0;

  constructor(fd: number, loop: Loop, handle: (frame: Frame) => void) {
    this.#fd = fd;
    this.#loop = loop;
    loop.add(fd, readable, (events) => {
      if (events & writable) this.#drain();
      if (events & readable) this.#receive(handle);
    });
  }

  /** Sends one frame; `payload` is copied. */
  send(type: FrameType, id: number, payload: Uint8Array, flags = 0): void {
    const space = this.reserve(payload.length);
    space.set(payload);
    this.commit(type, id, payload.length, flags);
  }

  sendNumber(type: FrameType, id: number, value: number): void {
    writeU32(this.reserve(4), 0, value);
    this.commit(type, id, 4);
  }

  sendJson(type: FrameType, id: number, value: unknown): void {
    const bytes = new Uint8Array(encode(JSON.stringify(value)));
    const length = bytes.length - 1;
    for (let at = 0; at < length; at += maxPayload) {
      const end = Math.min(length, at + maxPayload);
      this.send(type, id, bytes.subarray(at, end), end < length ? flagMore : 0);
    }
  }

  /** Room for a payload right in the output buffer; `commit` must follow before anything else is sent. */
  reserve(length: number): Uint8Array {
    if (this.#used + headerSize + length > bufferSize) this.flush();
    return this.#out.subarray(this.#used + headerSize, this.#used + headerSize + length);
  }

  commit(type: FrameType, id: number, length: number, flags = 0): void {
    writeHeader(this.#out, this.#used, type, flags, length, id);
    this.#used += headerSize + length;
  }

  flush(): void {
    if (this.#taken > 0) this.#grant();
    if (this.#used === 0) return;
    const bytes = this.#out.subarray(0, this.#used);
    this.#used = 0;
    this.#write(bytes);
  }

  /** Tells the worker that packets were taken: at once when much is missing, else with whatever else is sent. */
  #grant(): void {
    if (this.#used === 0 && this.#taken < packetWindow / 2) return;
    if (this.#used + headerSize > bufferSize) return;
    const taken = this.#taken;
    this.#taken = 0;
    this.commit(frameType.credit, taken, 0);
  }

  #write(bytes: Uint8Array): void {
    const done = this.#backlog.length > 0 ? 0 : write(this.#fd, bytes);
    if (done === bytes.length) return;
    if (this.#backlog.length === 0) this.#loop.change(this.#fd, readable | writable);
    this.#backlog.push(bytes.slice(done));
  }

  #drain(): void {
    for (;;) {
      const first = this.#backlog[0];
      if (first === undefined) return this.#loop.change(this.#fd, readable);
      const done = write(this.#fd, first);
      if (done < first.length) {
        this.#backlog[0] = first.subarray(done);
        return;
      }
      this.#backlog.shift();
    }
  }

  /** One read takes one packet at most, so that counting reads counts buffers of the queue. */
  #receive(handle: (frame: Frame) => void): void {
    for (let i = 0; i < packetWindow; i++) {
      const got = read(this.#fd, this.#packet);
      if (got <= 0) return;
      this.#taken++;
      this.#reader.push(this.#packet.subarray(0, got), handle);
    }
  }
}
