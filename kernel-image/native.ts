import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheDir, kernelImageDir } from './paths.ts';
import { run } from './shell.ts';
import { unpackedSource } from './unpack.ts';

const nativeDir = join(kernelImageDir, 'native');
const objectsDir = join(cacheDir, 'native');

/**
 * Compiler flags. The interpreter is compiled for speed and computes in SSE2, which v86 turns into WebAssembly's own
 * arithmetic, where x87 would be emulated. Programs are freestanding: no libc, a few kB each.
 */
export const nativeFlags = {
  common: [
    '-m32',
    '-march=pentium4',
    '-mtune=generic',
    '-std=gnu11',
    '-Wall',
    '-ffunction-sections',
    '-fdata-sections',
    '-fno-ident',
  ],
  interpreter: ['-O2', '-mfpmath=sse', '-fwrapv', '-D_GNU_SOURCE', '-DCONFIG_VERSION="2025-04-26"'],
  // QuickJS is compiled with the warnings its own Makefile turns off.
  quickjs: ['-Wno-array-bounds', '-Wno-format-truncation', '-Wno-infinite-recursion', '-Wno-unused'],
  program: ['-Os', '-ffreestanding', '-fno-stack-protector', '-fno-asynchronous-unwind-tables', '-fno-pie'],
  link: ['-m32', '-static', '-no-pie', '-s', '-Wl,--gc-sections', '-Wl,--build-id=none', '-Wl,-z,norelro'],
  linkProgram: ['-nostdlib', '-Wl,-z,noseparate-code'],
} as const;

const quickjsSources = ['quickjs.c', 'libregexp.c', 'libunicode.c', 'cutils.c', 'dtoa.c'];

/** Debian's QuickJS with our main program: native/*.c. */
export async function buildInterpreter(): Promise<Uint8Array> {
  const quickjs = await unpackedSource('quickjs');
  const flags = [...nativeFlags.common, ...nativeFlags.interpreter];
  const ours = sourcesIn(nativeDir).map((source) => compile(source, [...flags, '-I', quickjs]));
  const theirs = quickjsSources.map((name) =>
    compile(join(quickjs, name), [...flags, ...nativeFlags.quickjs]),
  );
  const objects = await Promise.all([...ours, ...theirs]);
  return link('agent', objects, ['-lm']);
}

/** Every native/programs/NAME.c, by its name. */
export async function buildPrograms(): Promise<Map<string, Uint8Array>> {
  const programs = new Map<string, Uint8Array>();
  for (const source of sourcesIn(join(nativeDir, 'programs'))) {
    programs.set(basename(source, '.c'), await buildProgram(source));
  }
  return programs;
}

/** A freestanding static program of one C file. */
export async function buildProgram(source: string): Promise<Uint8Array> {
  const object = await compile(source, [...nativeFlags.common, ...nativeFlags.program, '-I', nativeDir]);
  return link(basename(source, '.c'), [object], [...nativeFlags.linkProgram, '-lgcc']);
}

function sourcesIn(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((name) => name.endsWith('.c'))
    .sort()
    .map((name) => join(dir, name));
}

async function compile(source: string, flags: string[]): Promise<string> {
  mkdirSync(objectsDir, { recursive: true });
  const object = join(objectsDir, `${basename(source, '.c')}.o`);
  await run(['gcc', ...flags, '-c', source, '-o', object]);
  return object;
}

async function link(name: string, objects: string[], libraries: string[]): Promise<Uint8Array> {
  const program = join(objectsDir, name);
  await run(['gcc', ...nativeFlags.link, ...objects, ...libraries, '-o', program]);
  return readFileSync(program);
}
