import { headerSize, packetSize, packetWindow, writeHeader } from '../protocol/frame.ts';
import type { FrameType } from '../protocol/frame.ts';

interface QueuedFrame {
  type: FrameType;
  flags: number;
  id: number;
  payload: Uint8Array;
  sent?: (() => void) | undefined;
}

/** The longest payload that fits one packet with its header. */
export const packetPayload = packetSize - headerSize;

/**
 * Packs frames into packets and sends no more of them than the guest has buffers for. Urgent frames (calls, windows) go
 * first; the data of streams follows frame by frame in turn, so that one stream's flood delays another by a packet.
 */
export class PacketSender {
  readonly #send: (packet: Uint8Array) => void;
  readonly #urgent: QueuedFrame[] = [];
  /** By stream; in the order of their turns. */
  readonly #streams = new Map<number, QueuedFrame[]>();
  /** Is used again: what it holds is sent, and copied, before the next one is filled. */
  readonly #packet = new Uint8Array(packetSize);
  #free = packetWindow;
  #scheduled = false;

  constructor(send: (packet: Uint8Array) => void) {
    this.#send = send;
  }

  /** The guest has taken packets. */
  credit(packets: number): void {
    this.#free += packets;
    this.#pump();
  }

  /** A frame that overtakes data. Its payload may be of any length that a frame can have. */
  urgent(type: FrameType, id: number, payload: Uint8Array, flags = 0): void {
    this.#urgent.push({ type, id, payload, flags });
    this.#schedule();
  }

  /** A frame that stays in order within its stream; `sent` is called when it has left. At most `packetPayload` bytes. */
  ordered(type: FrameType, id: number, payload: Uint8Array, sent?: () => void): void {
    const queue = this.#streams.get(id);
    const frame = { type, id, payload, flags: 0, sent };
    if (queue) queue.push(frame);
    else this.#streams.set(id, [frame]);
    this.#schedule();
  }

  /** Forgets what is queued for a stream. */
  forget(id: number): void {
    for (const frame of this.#streams.get(id) ?? []) frame.sent?.();
    this.#streams.delete(id);
  }

  /** Frames of one turn of the event loop share packets. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#free > 0) {
      const packet = this.#fill();
      if (packet.length === 0) return;
      this.#free--;
      this.#send(packet);
    }
  }

  #fill(): Uint8Array {
    const packet = this.#packet;
    let used = 0;
    while (packetSize - used >= headerSize) {
      const room = packetSize - used;
      const frame = this.#rest ?? this.#next(room);
      if (!frame) break;
      used = this.#put(packet, used, frame);
      if (this.#rest) break;
    }
    return packet.subarray(0, used);
  }

  /** An urgent frame longer than a packet is split: what is left of it leads the next packet. */
  #rest: QueuedFrame | undefined;
  #restAt = 0;

  #put(packet: Uint8Array, at: number, frame: QueuedFrame): number {
    let used = at;
    if (this.#rest !== frame) {
      writeHeader(packet, used, frame.type, frame.flags, frame.payload.length, frame.id);
      used += headerSize;
      this.#restAt = 0;
    }
    const take = Math.min(frame.payload.length - this.#restAt, packetSize - used);
    packet.set(frame.payload.subarray(this.#restAt, this.#restAt + take), used);
    this.#restAt += take;
    this.#rest = this.#restAt < frame.payload.length ? frame : undefined;
    if (!this.#rest) frame.sent?.();
    return used + take;
  }

  /** The next frame, unless it is data that does not fit into the room that is left. */
  #next(room: number): QueuedFrame | undefined {
    const urgent = this.#urgent.shift();
    if (urgent) return urgent;
    for (const [id, queue] of this.#streams) {
      const first = queue[0];
      if (!first || headerSize + first.payload.length > room) return undefined;
      queue.shift();
      this.#streams.delete(id);
      if (queue.length > 0) this.#streams.set(id, queue);
      return first;
    }
    return undefined;
  }
}
