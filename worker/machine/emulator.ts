/** The machine that v86 emulates, and the only importer of v86. */
import { V86 } from 'v86';
import type { Disk } from './disk.ts';
import { addSecond9p } from './second9p.ts';
import type { V86Cpu } from './second9p.ts';

/** Answers 9P requests; `reply` may be called within the call or later, once. */
export type Handle9p = (request: Uint8Array, reply: (response: Uint8Array) => void) => void;

export interface EmulatorOptions {
  /** v86's WebAssembly, as `npm run build:state` has prepared it. */
  wasm: WebAssembly.Module | Promise<WebAssembly.Module>;
  /** Bytes. A saved state can only be restored into a machine of the same size. */
  memory: number;
  disk: Disk;
  /** The layers' file system. */
  handle9p: Handle9p;
  /** That of the folders people work in. */
  handleWork9p: Handle9p;
  /** What the kernel prints on the serial line. */
  onConsole?: (byte: number) => void;
}

export interface KernelFiles {
  bios: Uint8Array;
  kernel: Uint8Array;
  initramfs: Uint8Array;
}

/** What v86 has and its type declarations do not name. */
interface Untyped {
  v86: { cpu: V86Cpu };
  bus: { send(event: string, value: unknown): void };
  add_listener(event: string, listener: (value: never) => void): void;
}

/** The virtio-console port that the channel runs over; port 0 is the kernel's console. */
const channelPort = 1;

type V86Exports = WebAssembly.Exports & {
  set_jit_config?: (index: number, value: number) => void;
  zero_memory?: (address: number, size: number) => void;
};

/** The index of MAX_PAGES in `set_jit_config`: the pages of guest code that are compiled as one module. */
const jitMaxPages = 1;

const commandLine = [
  'console=ttyS0',
  'quiet',
  'tsc=reliable',
  // The only source of randomness before the page gives some is the emulated RDRAND; nothing secret is made by then.
  'random.trust_cpu=on',
  // A machine that has panicked stands still and says so, see `onConsole`.
  'panic=0',
].join(' ');

/** A machine that does nothing until it is booted or a state is restored into it. */
export class Emulator {
  readonly #v86: V86 & Untyped;
  readonly #loaded: Promise<void>;
  /** WebAssembly's memory starts out as zeros; writing them again would touch every page of the guest's memory. */
  #pristine = true;

  constructor(options: EmulatorOptions, boot?: KernelFiles) {
    this.#v86 = new V86({
      wasm_fn: (imports: WebAssembly.Imports) => this.#instantiate(options.wasm, imports),
      memory_size: options.memory,
      vga_memory_size: 256 * 1024,
      disable_keyboard: true,
      disable_mouse: true,
      disable_speaker: true,
      autostart: false,
      virtio_console: true,
      net_device: { type: 'virtio' },
      filesystem: { handle9p: options.handle9p },
      hda: options.disk,
      ...(boot ? bootOptions(boot) : {}),
    } as unknown as ConstructorParameters<typeof V86>[0]) as V86 & Untyped;
    this.#loaded = new Promise((resolve) => {
      this.#v86.add_listener('emulator-loaded', () => {
        addSecond9p(this.#v86.v86.cpu, options.handleWork9p);
        resolve();
      });
    });
    if (options.onConsole) this.#v86.add_listener('serial0-output-byte', options.onConsole);
  }

  /** Resolves when the machine can be run or restored. */
  loaded(): Promise<void> {
    return this.#loaded;
  }

  async run(): Promise<void> {
    this.#pristine = false;
    await this.#v86.run();
  }

  async stop(): Promise<void> {
    await this.#v86.stop();
  }

  /** The whole machine as bytes, to be restored into one with the same options. No 9P request may be in flight. */
  save(): Promise<ArrayBuffer> {
    return this.#v86.save_state();
  }

  /** Takes raw bytes of `save`, or the same compressed with zstd. Rejects when they are not a state of this machine. */
  async restore(state: ArrayBuffer): Promise<void> {
    await this.#v86.restore_state(state);
    this.#pristine = false;
  }

  /** Puts one packet of at most a page into the channel's queue; dropped when the guest has posted no buffer. */
  sendPacket(bytes: Uint8Array): void {
    this.#v86.bus.send(`virtio-console${channelPort}-input-bytes`, bytes);
  }

  onPacket(handle: (bytes: Uint8Array) => void): void {
    this.#v86.add_listener(`virtio-console${channelPort}-output-bytes`, handle);
  }

  async #instantiate(
    wasm: WebAssembly.Module | Promise<WebAssembly.Module>,
    imports: WebAssembly.Imports,
  ): Promise<WebAssembly.Exports> {
    const { exports } = (await WebAssembly.instantiate(await wasm, imports)) as { exports: V86Exports };
    // One page a module: fewer recompilations, a third less time in cold process loops (DESIGN.md section 2).
    exports.set_jit_config?.(jitMaxPages, 1);
    const zeroMemory = (address: number, size: number): void => {
      if (!this.#pristine) exports.zero_memory?.(address, size);
    };
    return { ...exports, zero_memory: zeroMemory };
  }

  /** Lets go of everything; the machine cannot be used any more. */
  async destroy(): Promise<void> {
    await this.#v86.destroy();
  }
}

function bootOptions(boot: KernelFiles): Record<string, unknown> {
  return {
    bios: { buffer: exact(boot.bios) },
    bzimage: { buffer: exact(boot.kernel) },
    initrd: { buffer: exact(boot.initramfs) },
    cmdline: commandLine,
  };
}

function exact(bytes: Uint8Array): ArrayBufferLike {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
}
