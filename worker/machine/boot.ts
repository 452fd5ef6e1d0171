import type { WakeResult } from '../protocol/agent.ts';
import type { MachineStatus } from '../protocol/page.ts';
import { Channel } from './channel.ts';
import { MemoryDisk } from './disk.ts';
import { readDiskSeed } from './disk-seed.ts';
import { Emulator, type EmulatorOptions, type Handle9p, type KernelFiles } from './emulator.ts';
import { fetchFile, type FetchFile, fetchGzip, type MachineImage } from './image.ts';

export interface BootOptions {
  /** Fetches from the folder of the machine image. */
  fetchFile: FetchFile;
  handle9p: Handle9p;
  handleWork9p: Handle9p;
  hostname: string;
  onStatus: (status: MachineStatus) => void;
  /** What the kernel says on its serial line, by lines. */
  onKernelMessage?: (line: string) => void;
}

/** A machine whose agent is awake. */
export interface Machine {
  readonly emulator: Emulator;
  readonly channel: Channel;
  readonly facts: WakeResult;
  readonly disk: MemoryDisk;
  /** Why it was booted cold, when it was. */
  readonly coldBoot: string | undefined;
}

/** Brings a machine up: by restoring the saved state, or cold when that fails. Rejects with a message for people. */
export async function bootMachine(options: BootOptions): Promise<Machine> {
  const image = (await (await fetchGzipless(options, 'machine.json')).json()) as MachineImage;
  const progress = fetchProgress(image, options);
  const wasm = compile(options, image, progress);
  const state = fetchFile(options.fetchFile, image.state.path, progress);
  const seed = inflate(options, image, progress);
  // Each is awaited in its turn below; a failure of one must not count as unhandled while another is waited for.
  for (const pending of [wasm, state, seed]) pending.catch(() => undefined);
  const parts: Parts = { options, image, wasm, seed: await seed };
  try {
    return await restore(parts, await state);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    options.onStatus({ phase: 'booting', reason });
    return bootCold(parts, reason);
  }
}

interface Parts {
  options: BootOptions;
  image: MachineImage;
  wasm: Promise<WebAssembly.Module>;
  seed: Uint8Array;
}

async function restore(parts: Parts, state: ArrayBuffer): Promise<Machine> {
  const machine = assemble(parts);
  await machine.emulator.loaded();
  parts.options.onStatus({ phase: 'restoring' });
  await machine.emulator.restore(state);
  await machine.emulator.run();
  return awake(parts, machine, undefined);
}

async function bootCold(parts: Parts, reason: string): Promise<Machine> {
  const { options, image } = parts;
  const [bios, kernel, initramfs] = await Promise.all(
    [image.bios, image.kernel, image.initramfs].map(
      async ({ path }) => new Uint8Array(await fetchFile(options.fetchFile, path)),
    ),
  );
  const machine = assemble(parts, { bios, kernel, initramfs } as KernelFiles);
  const ready = new Promise<void>((resolve) => machine.channel.on('ready', () => resolve()));
  await machine.emulator.loaded();
  await machine.emulator.run();
  await ready;
  return awake(parts, machine, reason);
}

interface Assembled {
  emulator: Emulator;
  channel: Channel;
  disk: MemoryDisk;
}

function assemble({ options, image, wasm, seed }: Parts, kernel?: KernelFiles): Assembled {
  const { size, blocks } = readDiskSeed(seed);
  const { handle9p, handleWork9p } = options;
  const disk = new MemoryDisk(size);
  for (const { offset, bytes } of blocks) disk.write(offset, bytes);
  return assembleWith({ wasm, memory: image.memory, disk, handle9p, handleWork9p }, options, kernel);
}

/** Connects a machine's channel; the kernel's panic is the channel's end. */
export function assembleWith(
  emulatorOptions: Omit<EmulatorOptions, 'disk'> & { disk: MemoryDisk },
  { onKernelMessage }: Pick<BootOptions, 'onKernelMessage'>,
  kernel?: KernelFiles,
): Assembled {
  const onConsole = lines((line) => {
    onKernelMessage?.(line);
    if (line.includes('Kernel panic')) channel.fail(new Error(`The machine has crashed: ${line}`));
  });
  const emulator = new Emulator({ ...emulatorOptions, onConsole }, kernel);
  const channel = new Channel((packet) => emulator.sendPacket(packet));
  emulator.onPacket((bytes) => channel.receive(bytes));
  return { emulator, channel, disk: emulatorOptions.disk };
}

async function awake({ options }: Parts, machine: Assembled, coldBoot: string | undefined): Promise<Machine> {
  const now = Date.now();
  const facts = await machine.channel.call('wake', {
    time: [Math.floor(now / 1000), (now % 1000) * 1_000_000],
    entropy: hex(crypto.getRandomValues(new Uint8Array(64))),
    hostname: options.hostname,
    // 02: locally administered, one station.
    mac: `02${hex(crypto.getRandomValues(new Uint8Array(5)))}`,
  });
  return { ...machine, facts, coldBoot };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function lines(handle: (line: string) => void): (byte: number) => void {
  let line = '';
  return (byte) => {
    if (byte !== 10) line += String.fromCharCode(byte);
    else {
      handle(line.trimEnd());
      line = '';
    }
  };
}

async function fetchGzipless({ fetchFile: fetchOne }: BootOptions, path: string): Promise<Response> {
  return new Response(await fetchFile(fetchOne, path));
}

function fetchProgress(image: MachineImage, { onStatus }: BootOptions): (received: number) => void {
  const total = image.wasm.size + image.state.size + image.disk.size;
  let received = 0;
  return (bytes) => {
    received += bytes;
    onStatus({ phase: 'fetching', received, total });
  };
}

async function compile(
  { fetchFile: fetchOne }: BootOptions,
  image: MachineImage,
  progress: (received: number) => void,
): Promise<WebAssembly.Module> {
  return WebAssembly.compileStreaming(fetchGzip(fetchOne, image.wasm.path, 'application/wasm', progress));
}

async function inflate(
  { fetchFile: fetchOne }: BootOptions,
  image: MachineImage,
  progress: (received: number) => void,
): Promise<Uint8Array> {
  const response = await fetchGzip(fetchOne, image.disk.path, 'application/octet-stream', progress);
  return new Uint8Array(await response.arrayBuffer());
}
