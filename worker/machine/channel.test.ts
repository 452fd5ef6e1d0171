import { beforeEach, describe, expect, test } from 'vitest';
import { AgentError } from '../protocol/agent-client.ts';
import {
  encodeFrame,
  flagMore,
  type Frame,
  FrameReader,
  frameType,
  initialWindow,
  readU32,
} from '../protocol/frame.ts';
import { Channel } from './channel.ts';

const text = (value: string) => new TextEncoder().encode(value);
const json = (value: unknown) => text(JSON.stringify(value));
const u32 = (value: number) => new Uint8Array(new Uint32Array([value]).buffer);

/** The guest's end: takes every packet at once and keeps the frames. */
class Guest {
  readonly frames: Frame[] = [];
  readonly #reader = new FrameReader();
  readonly channel: Channel = new Channel((packet) => {
    this.#reader.push(packet, (frame) => this.frames.push({ ...frame, payload: frame.payload.slice() }));
    queueMicrotask(() => this.send(frameType.credit, 1));
  });

  send(type: Frame['type'], id: number, payload: Uint8Array = new Uint8Array(0), flags = 0): void {
    this.channel.receive(encodeFrame(type, id, payload, flags));
  }

  of(type: Frame['type']): Frame[] {
    return this.frames.filter((frame) => frame.type === type);
  }
}

const exited = (code: number) => json(['exited', { process: 1, code, oomKilled: false }]);
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
let guest: Guest;
beforeEach(() => {
  guest = new Guest();
});

describe('calls', () => {
  test('are answered by their number, in any order', async () => {
    const [first, second] = [guest.channel.call('pause', { id: 'a' }), guest.channel.call('census', {})];
    await settled();
    const [one, two] = guest.of(frameType.call);
    expect(JSON.parse(new TextDecoder().decode(one?.payload))).toEqual(['pause', { id: 'a' }]);
    guest.send(frameType.result, two?.id ?? 0, json({ mounts: 1 }));
    guest.send(frameType.result, one?.id ?? 0, json(null));
    expect(await second).toEqual({ mounts: 1 });
    expect(await first).toBe(null);
  });

  test('fail with what the agent says', async () => {
    const call = guest.channel.call('pause', { id: 'a' });
    await settled();
    const failure = { code: 'ESRCH', step: 'container', message: 'not running' };
    guest.send(frameType.failure, guest.of(frameType.call)[0]?.id ?? 0, json(failure));
    await expect(call).rejects.toThrow(new AgentError(failure));
  });

  test('longer than a packet go in several frames, and so do answers, cut anywhere', async () => {
    const id = 'ü'.repeat(40_000);
    const call = guest.channel.call('pause', { id });
    await settled();
    const parts = guest.of(frameType.call);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.map((part) => part.flags)).toEqual([...Array(parts.length - 1).fill(flagMore), 0]);
    expect(Buffer.concat(parts.map((part) => part.payload)).toString()).toBe(
      JSON.stringify(['pause', { id }]),
    );
    const answer = json(id);
    const cuts = [0, 102, 32_103, 64_104, answer.length];
    for (let at = 1; at < cuts.length; at++) {
      const more = at < cuts.length - 1 ? flagMore : 0;
      guest.send(frameType.result, parts[0]?.id ?? 0, answer.subarray(cuts[at - 1], cuts[at]), more);
    }
    expect(await call).toBe(id);
  });

  test('are given up when the machine is gone', async () => {
    const call = guest.channel.call('census', {});
    guest.channel.fail(new Error('gone'));
    await expect(call).rejects.toThrow('gone');
    await expect(guest.channel.call('census', {})).rejects.toThrow('gone');
  });

  test('are given up when the guest loses step', async () => {
    const call = guest.channel.call('census', {});
    guest.channel.receive(new Uint8Array(8));
    await expect(call).rejects.toThrow('out of step');
  });
});

describe('streams', () => {
  test('deliver bytes in order and end', async () => {
    const stream = guest.channel.openStream();
    guest.send(frameType.data, stream.id, text('one '));
    guest.send(frameType.data, stream.id, text('two'));
    guest.send(frameType.end, stream.id);
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream.output) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('one two');
  });

  test('grant what the reader has taken, and nothing before', async () => {
    const stream = guest.channel.openStream();
    for (let i = 0; i < 4; i++) guest.send(frameType.data, stream.id, new Uint8Array(initialWindow / 8));
    await settled();
    expect(guest.of(frameType.window)).toEqual([]);
    const reader = stream.output[Symbol.asyncIterator]();
    for (let i = 0; i < 4; i++) await reader.next();
    await settled();
    const granted = guest.of(frameType.window).reduce((sum, frame) => sum + readU32(frame.payload, 0), 0);
    expect(granted).toBe(initialWindow / 2);
  });

  test('never have more under way than the guest has granted', async () => {
    const stream = guest.channel.openStream();
    const writing = stream.write(new Uint8Array(initialWindow + 1000));
    await settled();
    const sent = () => guest.of(frameType.data).reduce((sum, frame) => sum + frame.payload.length, 0);
    expect(sent()).toBe(initialWindow);
    guest.send(frameType.window, stream.id, u32(1000));
    await writing;
    await settled();
    expect(sent()).toBe(initialWindow + 1000);
  });

  test('say the end after everything that was written', async () => {
    const stream = guest.channel.openStream();
    void stream.write(text('bytes'));
    await stream.end();
    await settled();
    expect(guest.frames.map((frame) => frame.type)).toEqual([frameType.data, frameType.end]);
  });

  test('that are given up wake whoever waits', async () => {
    const stream = guest.channel.openStream();
    const writing = stream.write(new Uint8Array(initialWindow * 2));
    const reading = stream.output[Symbol.asyncIterator]().next();
    await settled();
    stream.reset();
    await expect(writing).rejects.toThrow('given up');
    expect(await reading).toEqual({ done: true, value: undefined });
    await settled();
    expect(guest.of(frameType.reset)).toHaveLength(1);
  });

  test('that the guest opens lose nothing that comes right behind', async () => {
    const ids: number[] = [];
    guest.channel.on('connected', ({ stream }) => ids.push(stream));
    guest.send(frameType.event, 0, json(['connected', { listener: 'cli', stream: 1, pid: 5, uid: 0 }]));
    guest.send(frameType.data, 1, text('hello'));
    const chunk = await guest.channel
      .acceptStream(ids[0] ?? 0)
      .output[Symbol.asyncIterator]()
      .next();
    expect(new TextDecoder().decode(chunk.value as Uint8Array)).toBe('hello');
  });

  test('frames for streams that are gone are let pass', () => {
    guest.send(frameType.data, 4242, text('late'));
    guest.send(frameType.window, 4242, u32(1));
    guest.send(frameType.end, 4242);
  });
});

test('a handler that was taken away hears no more', () => {
  const heard: number[] = [];
  const forget = guest.channel.on('exited', ({ code }) => heard.push(code));
  guest.send(frameType.event, 0, exited(1));
  forget();
  guest.send(frameType.event, 0, exited(2));
  expect(heard).toEqual([1]);
});
