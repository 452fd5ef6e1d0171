import type { Handle9p } from './emulator.ts';

/** What is used of v86's inside, whose own one virtio-9p device cannot be had twice. */
export interface V86Cpu {
  devices: { virtio_9p: NinepDevice };
}

interface NinepDevice {
  virtio: VirtIo;
  get_state(): unknown[];
  set_state(state: unknown[]): void;
  reset(): void;
}

interface VirtIo {
  queues: Virtqueue[];
  set_state(state: unknown): void;
  reset(): void;
  constructor: new (cpu: V86Cpu, options: object) => VirtIo;
}

interface Virtqueue {
  has_request(): boolean;
  pop_request(): BufferChain;
  push_reply(chain: BufferChain): void;
  flush_replies(): void;
  notify_me_after(requests: number): void;
}

interface BufferChain {
  length_readable: number;
  get_next_blob(into: Uint8Array): number;
  set_next_blob(bytes: Uint8Array): number;
}

/** By which the guest mounts it. */
const tag = new TextEncoder().encode('work9p');

/** A slot and ports that none of v86's own devices has. */
const place = { pci: 0x0d << 3, common: 0xe800, notification: 0xe900, isr: 0xe700, config: 0xe600 };

const features = { version1: 32, mountTag: 0, eventIndex: 29, indirectDescriptors: 28 };

/** https://docs.oasis-open.org/virtio/virtio/v1.3/virtio-v1.3.html section 5.9; the numbers are v86's for its own. */
const transitional9p = { device_id: 0x1049, subsystem_device_id: 9 };

/**
 * Adds a second virtio-9p device: Linux mounts each once, with one cache mode, and files that others change want another
 * than layers do. Its state is kept inside the first one's.
 */
export function addSecond9p(cpu: V86Cpu, handle: Handle9p): void {
  const first = cpu.devices.virtio_9p;
  const VirtIo = first.virtio.constructor;
  const device: VirtIo = new VirtIo(
    cpu,
    deviceOptions(() => serve(device.queues[0], handle)),
  );
  const getState = first.get_state.bind(first);
  const setState = first.set_state.bind(first);
  const reset = first.reset.bind(first);
  first.get_state = () => [...getState(), device];
  first.set_state = (state) => {
    setState(state.slice(0, -1));
    device.set_state(state.at(-1));
  };
  first.reset = () => {
    reset();
    device.reset();
  };
}

function deviceOptions(notified: () => void): object {
  return {
    name: 'virtio-9p-work',
    pci_id: place.pci,
    ...transitional9p,
    common: {
      initial_port: place.common,
      queues: [{ size_supported: 32, notify_offset: 0 }],
      features: Object.values(features),
      on_driver_ok: () => undefined,
    },
    notification: { initial_port: place.notification, single_handler: false, handlers: [notified] },
    isr_status: { initial_port: place.isr },
    device_specific: { initial_port: place.config, struct: configuration() },
  };
}

/** struct virtio_9p_config: the tag's length, then the tag. */
function configuration(): object[] {
  const letters = Array.from({ length: 254 }, (_, at) => field(1, `tag ${at}`, tag[at] ?? 0));
  return [field(2, 'tag length', tag.length), ...letters];
}

function field(bytes: number, name: string, value: number): object {
  return { bytes, name, read: () => value, write: () => undefined };
}

function serve(queue: Virtqueue | undefined, handle: Handle9p): void {
  if (!queue) return;
  while (queue.has_request()) {
    const chain = queue.pop_request();
    const request = new Uint8Array(chain.length_readable);
    chain.get_next_blob(request);
    handle(request, (response) => {
      chain.set_next_blob(response);
      queue.push_reply(chain);
      queue.flush_replies();
    });
  }
  queue.notify_me_after(0);
}
