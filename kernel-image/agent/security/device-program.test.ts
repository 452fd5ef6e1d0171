import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeviceRule } from '../../../worker/protocol/agent.ts';
import { allDeviceRules, defaultDeviceRules, deviceProgram } from './device-program.ts';

interface Access {
  type: 'b' | 'c';
  major: number;
  minor: number;
  access: string;
}

const TYPES = { b: 1, c: 2 };
const ACCESSES = { m: 1, r: 2, w: 4 };
const bits = (access: string): number =>
  (['m', 'r', 'w'] as const).reduce((sum, each) => sum + (access.includes(each) ? ACCESSES[each] : 0), 0);

/** Runs a program as the kernel's interpreter does, on registers of 32 bits. */
function run(program: Uint8Array, { type, major, minor, access }: Access): number {
  const view = new DataView(program.buffer);
  const context = [(bits(access) << 16) | TYPES[type], major, minor];
  const registers: (number | undefined)[] = [];
  const value = (register: number): number => {
    const held = registers[register];
    if (held === undefined) throw new Error(`r${register} is read before it is written`);
    return held;
  };
  for (let counter = 0; counter * 8 < program.length; counter++) {
    const code = view.getUint8(counter * 8);
    const to = view.getUint8(counter * 8 + 1) & 15;
    const from = view.getUint8(counter * 8 + 1) >> 4;
    const offset = view.getInt16(counter * 8 + 2, true);
    const immediate = view.getUint32(counter * 8 + 4, true);
    if (code === 0x61 && from === 1) registers[to] = context[offset / 4]! >>> 0;
    else if (code === 0xb4) registers[to] = immediate;
    else if (code === 0xbc) registers[to] = value(from);
    else if (code === 0x54) registers[to] = (value(to) & immediate) >>> 0;
    else if (code === 0x74) registers[to] = value(to) >>> immediate;
    else if (code === 0x05) counter += offset;
    else if (code === 0x16) counter += value(to) === immediate ? offset : 0;
    else if (code === 0x46) counter += (value(to) & immediate) === 0 ? 0 : offset;
    else if (code === 0x95) return value(0);
    else throw new Error(`unknown instruction ${code.toString(16)}`);
  }
  throw new Error('ran off the end');
}

/** Each access by itself: the last rule that matches it. */
function allowed(rules: readonly DeviceRule[], { type, major, minor, access }: Access): boolean {
  return access.split('').every((letter) => {
    const last = rules.findLast((rule) => {
      if (rule.type === 'a') return true;
      if (rule.type !== type || !rule.access.includes(letter)) return false;
      return (rule.major ?? major) === major && (rule.minor ?? minor) === minor;
    });
    return last?.allow ?? false;
  });
}

const accesses = fc.constantFrom('r', 'w', 'm', 'rw', 'rm', 'wm', 'rwm');
const number = fc.oneof(fc.nat(2), fc.constantFrom(4095, 0xfffff, 0xffffffff));
const ruleOf: fc.Arbitrary<DeviceRule> = fc
  .record(
    {
      allow: fc.boolean(),
      type: fc.constantFrom('b', 'c', 'c', 'b', 'a'),
      access: fc.oneof(accesses, fc.constant('')),
      major: number,
      minor: number,
    },
    { requiredKeys: ['allow', 'type', 'access'] },
  )
  .map((rule) => rule as DeviceRule);
const accessOf = fc.record({
  type: fc.constantFrom('b', 'c'),
  major: number,
  minor: number,
  access: accesses,
}) as fc.Arbitrary<Access>;

test('the last rule that matches an access decides', () => {
  fc.assert(
    fc.property(
      fc.array(ruleOf, { maxLength: 8 }),
      fc.array(accessOf, { minLength: 30 }),
      (rules, attempts) => {
        const program = deviceProgram(rules);
        for (const attempt of attempts) expect(run(program, attempt)).toBe(allowed(rules, attempt) ? 1 : 0);
      },
    ),
    { numRuns: 500 },
  );
});

const of = (type: 'b' | 'c', major: number, minor: number, access: string): Access => ({
  type,
  major,
  minor,
  access,
});

test("a container's devices", () => {
  const program = deviceProgram(defaultDeviceRules);
  const devices = [
    ...[3, 5, 7, 8, 9].map((minor) => [1, minor]),
    [5, 0],
    [5, 2],
    [136, 0],
    [136, 99],
    [10, 200],
  ];
  for (const [major, minor] of devices) expect(run(program, of('c', major!, minor!, 'rw'))).toBe(1);
  for (const [major, minor] of [
    [1, 1],
    [1, 2],
    [1, 4],
    [1, 11],
    [4, 0],
    [5, 1],
    [10, 229],
    [135, 0],
  ]) {
    expect(run(program, of('c', major!, minor!, 'r'))).toBe(0);
    expect(run(program, of('c', major!, minor!, 'm'))).toBe(1);
    expect(run(program, of('c', major!, minor!, 'rm'))).toBe(0);
  }
  expect(run(program, of('b', 1, 3, 'rw'))).toBe(0);
  expect(run(program, of('b', 3, 0, 'm'))).toBe(1);
});

test('a device that is added, and one taken away again', () => {
  const added: DeviceRule = { allow: true, type: 'b', major: 3, access: 'r' };
  const taken: DeviceRule = { allow: false, type: 'c', major: 1, minor: 3, access: 'w' };
  const program = deviceProgram([...defaultDeviceRules, added, taken]);
  expect(['r', 'rw', 'rm'].map((access) => run(program, of('b', 3, 1, access)))).toEqual([1, 0, 1]);
  expect(['r', 'rw', 'w', 'm'].map((access) => run(program, of('c', 1, 3, access)))).toEqual([1, 0, 0, 1]);
});

test('without rules nothing is allowed, and for a privileged container everything', () => {
  expect(run(deviceProgram([]), of('c', 1, 3, 'r'))).toBe(0);
  expect(run(deviceProgram(allDeviceRules), of('b', 3, 0, 'rwm'))).toBe(1);
});

/** The cgroup v2 hierarchy of this machine. */
const hierarchy = /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/mounts', 'utf8'))?.[1];

describe('on this kernel', () => {
  let folder = '';
  let cgroup = '';
  let compiled = false;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'devices-'));
    const source = join(import.meta.dirname, 'device-probe.c');
    const output = join(folder, 'probe');
    compiled = spawnSync('gcc', ['-O1', '-Wall', '-Werror', '-o', output, source]).status === 0;
  }, 60_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    if (cgroup) rmdirSync(cgroup);
  });

  function probe(
    rules: readonly DeviceRule[],
    ...parameters: string[]
  ): { status: number | null; lines: string[] } {
    const nodes = mkdtempSync(join(folder, 'nodes-'));
    const options = { input: deviceProgram(rules), encoding: 'utf8', cwd: nodes } as const;
    const { status, stdout, stderr } = spawnSync(join(folder, 'probe'), parameters, options);
    return { status, lines: (status === 0 ? stdout : stderr).trim().split('\n') };
  }

  function ownCgroup(): boolean {
    const path = join(hierarchy ?? '', `bottleship-test-${process.pid}`);
    try {
      if (hierarchy) mkdirSync(path);
    } catch {
      return false;
    }
    cgroup ||= hierarchy ? path : '';
    return cgroup !== '';
  }

  test('the verifier accepts every program', ({ skip }) => {
    skip(!compiled, 'there is no gcc');
    skip(probe([]).status === 77, 'bpf(2) is not permitted here');
    expect(probe(defaultDeviceRules)).toMatchObject({ status: 0 });
    expect(probe(allDeviceRules)).toMatchObject({ status: 0 });
    fc.assert(
      fc.property(fc.array(ruleOf, { maxLength: 8 }), (rules) => {
        expect(probe(rules)).toMatchObject({ status: 0 });
      }),
      { numRuns: 50 },
    );
  });

  test('a cgroup enforces it', ({ skip }) => {
    skip(!compiled, 'there is no gcc');
    skip(!ownCgroup(), 'no cgroup v2 that can be written to');
    const limited = probe(defaultDeviceRules, cgroup);
    skip(limited.status === 77, `not permitted here: ${limited.lines[0]}`);
    // Making, reading, writing: EPERM is 1, and ENXIO, which is after it was permitted, 6.
    expect(limited.lines).toEqual(['c-1-3 0 0 0', 'c-1-5 0 0 0', 'c-241-7 0 1 1', 'b-241-7 0 1 1']);
    rmdirSync(cgroup);
    mkdirSync(cgroup);
    const added: DeviceRule = { allow: true, type: 'b', major: 241, access: 'r' };
    expect(probe([...defaultDeviceRules, added], cgroup).lines.at(-1)).toBe('b-241-7 0 6 1');
  });
});
