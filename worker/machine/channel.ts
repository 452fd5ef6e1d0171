import type { AgentCalls, AgentEvents, AgentFailure, AgentMethod } from '../protocol/agent.ts';
import { type Agent, AgentError, type AgentStream } from '../protocol/agent-client.ts';
import { flagMore, type Frame, FrameReader, frameType, readU32 } from '../protocol/frame.ts';
import { packetPayload, PacketSender } from './packets.ts';
import { ChannelStream } from './stream.ts';

interface PendingCall {
  resolve(value: never): void;
  reject(error: Error): void;
}

type Handlers = { [E in keyof AgentEvents]: Set<(event: AgentEvents[E]) => void> };

/** The worker's end of the channel to the guest's agent. */
export class Channel implements Agent {
  readonly #sender: PacketSender;
  readonly #reader = new FrameReader();
  readonly #calls = new Map<number, PendingCall>();
  readonly #streams = new Map<number, ChannelStream>();
  readonly #handlers: Handlers = {
    ready: new Set(),
    exited: new Set(),
    connected: new Set(),
    trouble: new Set(),
  };
  /** JSON of calls and events that has not come whole. */
  readonly #partial = new Map<number, Uint8Array[]>();
  #nextCall = 1;
  #nextStream = 2;
  #nextProcess = 1;
  #broken: Error | undefined;

  /** @param send puts one packet into the guest's queue */
  constructor(send: (packet: Uint8Array) => void) {
    this.#sender = new PacketSender(send);
  }

  /** Takes what the guest has sent, in order. */
  receive(bytes: Uint8Array): void {
    if (this.#broken) return;
    try {
      this.#reader.push(bytes, (frame) => this.#handle(frame));
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Gives everything up that is under way: the machine is gone or out of step. */
  fail(error: Error): void {
    this.#broken = error;
    for (const call of this.#calls.values()) call.reject(error);
    for (const stream of this.#streams.values()) stream.closed();
    this.#calls.clear();
    this.#streams.clear();
    for (const handler of this.#handlers.trouble) handler({ message: error.message });
  }

  call<M extends AgentMethod>(method: M, params: AgentCalls[M][0]): Promise<AgentCalls[M][1]> {
    if (this.#broken) return Promise.reject(this.#broken);
    const id = this.#nextCall++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#sendJson(id, [method, params]);
    });
  }

  on<E extends keyof AgentEvents>(event: E, handler: (event: AgentEvents[E]) => void): () => void {
    const handlers: Set<typeof handler> = this.#handlers[event];
    handlers.add(handler);
    return () => void handlers.delete(handler);
  }

  openStream(): AgentStream {
    const id = this.#nextStream;
    this.#nextStream += 2;
    return this.#stream(id);
  }

  /** The worker's end of a stream that the guest has opened; to be taken within the `connected` event's handler. */
  acceptStream(id: number): ChannelStream {
    return this.#streams.get(id) ?? this.#stream(id);
  }

  newProcess(): number {
    return this.#nextProcess++;
  }

  #stream(id: number): ChannelStream {
    const stream = new ChannelStream(id, this.#sender, () => this.#streams.delete(id));
    this.#streams.set(id, stream);
    if (this.#broken) stream.closed();
    return stream;
  }

  #sendJson(id: number, value: unknown): void {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    for (let at = 0; at < bytes.length; at += packetPayload) {
      const more = at + packetPayload < bytes.length;
      this.#sender.urgent(frameType.call, id, bytes.subarray(at, at + packetPayload), more ? flagMore : 0);
    }
  }

  #handle(frame: Frame): void {
    switch (frame.type) {
      case frameType.credit:
        return this.#sender.credit(frame.id);
      case frameType.result:
      case frameType.failure:
      case frameType.event:
        return this.#handleJson(frame);
      case frameType.data:
        return this.#streams.get(frame.id)?.received(frame.payload.slice());
      case frameType.end:
        return this.#streams.get(frame.id)?.ended();
      case frameType.window:
        return this.#streams.get(frame.id)?.granted(readU32(frame.payload, 0));
      case frameType.reset:
        return this.#streams.get(frame.id)?.closed();
      default:
        throw new Error(`channel out of step: a frame of type ${frame.type} from the guest`);
    }
  }

  #handleJson(frame: Frame): void {
    const parts = [...(this.#partial.get(frame.id) ?? []), frame.payload.slice()];
    if (frame.flags & flagMore) {
      this.#partial.set(frame.id, parts);
      return;
    }
    this.#partial.delete(frame.id);
    const value: unknown = JSON.parse(decodeAll(parts));
    if (frame.type === frameType.event) this.#emit(value as [keyof AgentEvents, never]);
    else this.#answer(frame, value);
  }

  #answer(frame: Frame, value: unknown): void {
    const call = this.#calls.get(frame.id);
    this.#calls.delete(frame.id);
    if (frame.type === frameType.result) call?.resolve(value as never);
    else call?.reject(new AgentError(value as AgentFailure));
  }

  /** A stream that the guest opens exists before anybody hears of it, so that no data is lost. */
  #emit([name, event]: [keyof AgentEvents, never]): void {
    if (name === 'connected') this.#stream((event as AgentEvents['connected']).stream);
    for (const handler of this.#handlers[name]) handler(event);
  }
}

function decodeAll(parts: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return parts.map((part) => decoder.decode(part, { stream: true })).join('') + decoder.decode();
}
