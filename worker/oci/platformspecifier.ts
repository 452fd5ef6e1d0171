import { invalid } from './errors.ts';
import type { Platform } from './platform.ts';

const systems = new Set(
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos'.split(
    ' ',
  ),
);
const machines = new Set(
  (
    '386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 ' +
    'mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm'
  ).split(' '),
);
const own = { os: 'linux', architecture: '386' };
const systemForm = /^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$/;
const systemFormText = JSON.stringify(systemForm.source);
const partForm = /^[A-Za-z0-9_.-]+$/;

/**
 * What a user types for a platform: `os[/architecture[/variant]]` or either alone, in the words of containerd's platforms
 * package (https://pkg.go.dev/github.com/containerd/platforms#Parse). Fails with `invalid`.
 */
export function parsePlatformSpecifier(text: string): Platform {
  const [first = '', ...rest] = text.split('/');
  if (rest.length > 2) throw mistake(`${JSON.stringify(text)}: cannot parse platform specifier`);
  const os = readSystem(first, text);
  rest.forEach((part) => checkPart(part, text));
  const [machine, variant = ''] = rest;
  if (machine !== undefined) return platform(os, machine, variant);
  if (systems.has(os)) return platform(os, own.architecture, '');
  const [architecture] = normalMachine(os, '');
  if (machines.has(architecture)) return platform(own.os, os, '');
  throw mistake(`${JSON.stringify(text)}: unknown operating system or architecture`);
}

function readSystem(part: string, text: string): string {
  const name = systemForm.exec(part)?.[1];
  if (name === undefined) {
    const must = `OSAndVersion specifier component must match ${systemFormText}`;
    throw mistake(`${JSON.stringify(part)} is an invalid OS component of ${JSON.stringify(text)}: ${must}`);
  }
  return name.toLowerCase() === 'macos' ? 'darwin' : name.toLowerCase();
}

function checkPart(part: string, text: string): void {
  if (partForm.test(part)) return;
  const must = `platform specifier component must match ${JSON.stringify(partForm.source)}`;
  throw mistake(`${JSON.stringify(part)} is an invalid component of ${JSON.stringify(text)}: ${must}`);
}

function platform(os: string, machine: string, variant: string): Platform {
  const [architecture, version] = normalMachine(machine, variant);
  return { os, architecture, ...(version !== '' && { variant: version }) };
}

/** Other names of the same machines. */
function normalMachine(machine: string, variant: string): [architecture: string, variant: string] {
  const [name, version] = [machine.toLowerCase(), variant.toLowerCase()];
  if (name === 'i386') return ['386', ''];
  if (name === 'x86_64' || name === 'x86-64' || name === 'amd64')
    return ['amd64', version === 'v1' ? '' : version];
  if (name === 'aarch64' || name === 'arm64') return ['arm64', version === '8' ? 'v8' : version];
  if (name === 'armhf') return ['arm', ''];
  if (name === 'armel') return ['arm', 'v6'];
  return [name, name === 'arm' && /^[5-8]$/.test(version) ? `v${version}` : version];
}

function mistake(why: string): Error {
  return invalid(`${why}: invalid argument`);
}
