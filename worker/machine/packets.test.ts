import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameReader, frameType, packetSize, packetWindow } from '../protocol/frame.ts';
import { packetPayload, PacketSender } from './packets.ts';

/** A guest that takes packets only when told to. */
class Guest {
  readonly packets: Uint8Array[] = [];
  readonly sender = new PacketSender((packet) => this.packets.push(packet.slice()));
  taken = 0;

  /** Takes what is there, gives the credit back, and so on until nothing more comes. */
  async takeAll(): Promise<void> {
    for (;;) {
      await Promise.resolve();
      const fresh = this.packets.length - this.taken;
      if (fresh === 0) return;
      this.taken += fresh;
      this.sender.credit(fresh);
    }
  }

  frames(): { type: number; id: number; payload: Uint8Array }[] {
    const reader = new FrameReader();
    const out: { type: number; id: number; payload: Uint8Array }[] = [];
    for (const packet of this.packets) {
      reader.push(packet, ({ type, id, payload }) => out.push({ type, id, payload: payload.slice() }));
    }
    return out;
  }
}

const bytes = (length: number, value = 1) => new Uint8Array(length).fill(value);

test('no more packets are under way than the guest has buffers', async () => {
  const guest = new Guest();
  for (let i = 0; i < 100; i++) guest.sender.ordered(frameType.data, 2, bytes(packetPayload));
  await Promise.resolve();
  expect(guest.packets).toHaveLength(packetWindow);
  guest.sender.credit(3);
  expect(guest.packets).toHaveLength(packetWindow + 3);
});

test('frames of one turn share a packet', async () => {
  const guest = new Guest();
  for (let i = 0; i < 10; i++) guest.sender.urgent(frameType.call, i, bytes(20));
  await Promise.resolve();
  expect(guest.packets).toHaveLength(1);
  expect(guest.frames().map((frame) => frame.id)).toEqual([...Array(10).keys()]);
});

test('a call overtakes the flood of a stream', async () => {
  const guest = new Guest();
  for (let i = 0; i < 200; i++) guest.sender.ordered(frameType.data, 2, bytes(packetPayload));
  await Promise.resolve();
  guest.sender.urgent(frameType.call, 9, bytes(10));
  guest.sender.credit(1);
  expect(guest.frames().findIndex((frame) => frame.type === frameType.call)).toBe(packetWindow);
});

test('a small stream is not held up by a large one', async () => {
  const guest = new Guest();
  for (let i = 0; i < 200; i++) guest.sender.ordered(frameType.data, 2, bytes(packetPayload));
  guest.sender.ordered(frameType.data, 4, bytes(1));
  await Promise.resolve();
  expect(
    guest
      .frames()
      .slice(0, 3)
      .map((frame) => frame.id),
  ).toContain(4);
});

test('a stream that is given up leaves nothing behind, and its writers hear of it', async () => {
  const guest = new Guest();
  let sent = 0;
  for (let i = 0; i < packetWindow + 5; i++)
    guest.sender.ordered(frameType.data, 2, bytes(packetPayload), () => sent++);
  await Promise.resolve();
  guest.sender.forget(2);
  expect(sent).toBe(packetWindow + 5);
  guest.sender.credit(packetWindow);
  expect(guest.packets).toHaveLength(packetWindow);
});

test('whatever is sent arrives whole and in order within its stream', async () => {
  const frame = fc.record({
    stream: fc.constantFrom(0, 2, 4, 6),
    size: fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: packetPayload })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 60 }), async (frames) => {
      const guest = new Guest();
      frames.forEach(({ stream, size }, i) => {
        const payload = bytes(size, i);
        if (stream === 0) guest.sender.urgent(frameType.window, 0, payload);
        else guest.sender.ordered(frameType.data, stream, payload);
      });
      await guest.takeAll();
      expect(guest.packets.every((packet) => packet.length <= packetSize)).toBe(true);
      for (const stream of [0, 2, 4, 6]) {
        const wanted = frames.flatMap((one, i) => (one.stream === stream ? [bytes(one.size, i)] : []));
        expect(
          guest
            .frames()
            .filter(({ id }) => id === stream)
            .map(({ payload }) => payload),
        ).toEqual(wanted);
      }
    }),
  );
});

test('an urgent frame longer than what is left of a packet is split over two', async () => {
  const guest = new Guest();
  const payload = bytes(packetPayload - 10).map((_, i) => i);
  for (const id of [1, 2, 3]) guest.sender.urgent(frameType.call, id, payload);
  await guest.takeAll();
  expect(guest.packets.map((packet) => packet.length)).toEqual([packetSize, packetSize, packetSize - 30]);
  expect(guest.frames()).toEqual([1, 2, 3].map((id) => ({ type: frameType.call, id, payload })));
});
