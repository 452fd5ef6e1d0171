/**
 * Makes the machine image in public/machine: v86's WebAssembly, the kernel's files, and the state of a machine that has
 * booted up to the idle agent. Takes about ten seconds and is repeated only when what goes into it has changed.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { zstd22 } from '../kernel-image/zstd.ts';
import { assembleWith } from '../worker/machine/boot.ts';
import { MemoryDisk } from '../worker/machine/disk.ts';
import { readDiskSeed } from '../worker/machine/disk-seed.ts';
import type { ImageFile, MachineImage } from '../worker/machine/image.ts';
import { patchWasm } from './machine/patch-wasm.ts';
import { settle } from './machine/settle.ts';

const root = join(import.meta.dirname, '..');
const artefacts = join(root, 'kernel-image/artefacts');
const folder = join(root, 'public/machine');
const memory = 512 * 1024 * 1024;

const started = performance.now();
const inputs = readInputs();
if (process.argv.includes('--force') || recordedInputs() !== inputs.digest) await build();
else console.log('machine: up to date');

async function build(): Promise<void> {
  console.log('machine: booting the kernel up to the idle agent');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const wasm = patchWasm(inputs.wasm);
  const state = await savedState(wasm);
  console.log(`machine: state of ${megabytes(state.length)} saved, compressing`);
  const image: MachineImage = {
    memory,
    wasm: write('v86', 'wasm.gz', gzipSync(wasm, { level: 9 })),
    state: write('state', 'zst', await zstd22(state)),
    disk: write('disk', 'seed.gz', inputs.disk),
    bios: write('bios', 'bin', inputs.bios),
    kernel: write('kernel', 'bin', inputs.kernel),
    initramfs: write('initramfs', 'cpio.zst', inputs.initramfs),
  };
  writeFileSync(
    join(folder, 'machine.json'),
    `${JSON.stringify({ ...image, inputs: inputs.digest }, null, 2)}\n`,
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `machine: state ${megabytes(image.state.size)}, wasm ${megabytes(image.wasm.size)}, in ${seconds} s`,
  );
  // v86 keeps a timer of its own going.
  process.exit(0);
}

async function savedState(wasm: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const disk = new MemoryDisk(readDiskSeed(gunzipSync(inputs.disk)).size);
  const { bios, kernel, initramfs } = inputs;
  const options = { wasm: WebAssembly.compile(wasm), memory, disk, handle9p, handleWork9p: handle9p };
  const machine = assembleWith(
    options,
    { onKernelMessage: (line) => console.log(`  | ${line}`) },
    { bios, kernel, initramfs },
  );
  const ready = new Promise<void>((resolve) => machine.channel.on('ready', () => resolve()));
  await machine.emulator.loaded();
  await machine.emulator.run();
  await ready;
  await settle(machine.channel);
  await machine.emulator.stop();
  return new Uint8Array(await machine.emulator.save());
}

function handle9p(): never {
  throw new Error('a 9P request before the state was saved');
}

/** Hashed names, so that a server may let them be kept for good. */
function write(name: string, extension: string, bytes: Uint8Array): ImageFile {
  const path = `${name}-${sha256(bytes).slice(0, 12)}.${extension}`;
  writeFileSync(join(folder, path), bytes);
  return { path, size: bytes.length };
}

function readInputs() {
  const wasm = readFileSync(join(root, 'node_modules/v86/build/v86.wasm'));
  const [bios, kernel, initramfs, disk] = [
    'bios.bin',
    'bzImage',
    'initramfs.cpio.zst',
    'data-disk.seed.gz',
  ].map((name) => readFileSync(join(artefacts, name))) as [Buffer, Buffer, Buffer, Buffer];
  const sources = ['build-machine.ts', 'machine/patch-wasm.ts', 'machine/settle.ts'].map((name) =>
    readFileSync(join(root, 'scripts', name)),
  );
  const library = readFileSync(join(root, 'node_modules/v86/build/libv86.mjs'));
  const machine = ['emulator.ts', 'second9p.ts'].map((name) =>
    readFileSync(join(root, 'worker/machine', name)),
  );
  const all = [wasm, library, ...machine, bios, kernel, initramfs, disk, ...sources];
  return { wasm, bios, kernel, initramfs, disk, digest: sha256(Buffer.from(all.map(sha256).join())) };
}

function recordedInputs(): string | undefined {
  try {
    const recorded = JSON.parse(readFileSync(join(folder, 'machine.json'), 'utf8')) as MachineImage & {
      inputs: string;
    };
    const there = new Set(readdirSync(folder));
    const files = [
      recorded.wasm,
      recorded.state,
      recorded.disk,
      recorded.bios,
      recorded.kernel,
      recorded.initramfs,
    ];
    return files.every((file) => there.has(file.path)) ? recorded.inputs : undefined;
  } catch {
    return undefined;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
