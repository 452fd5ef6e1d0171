import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BpfProgram } from '../../../worker/seccomp/bpf.ts';
import { capabilityNumber, defaultCapabilities, lastCapability } from './capabilities.ts';
import type { CapabilityName } from './capabilities.ts';
import { profile } from './profile.ts';
import type { ArgumentTest } from './profile.ts';
import { seccompFilter } from './seccomp.ts';
import { I386, run, seccompData, verdict } from '../../../worker/seccomp/filter.suite.ts';
import type { Call } from '../../../worker/seccomp/filter.suite.ts';
import { lastSyscall, syscallNumbers } from '../../../worker/seccomp/syscall-numbers.ts';

const ALLOW = 0x7fff0000;
const EPERM = 0x50001;
const ENOSYS = 0x50026;
const KILL = 0;

const numbers = syscallNumbers();

function holds(argumentTest: ArgumentTest, values: readonly number[]): boolean {
  const value = BigInt(values[argumentTest.argument] ?? 0);
  const wanted = argumentTest.values.map((each) => BigInt.asUintN(32, BigInt(each)));
  if (argumentTest.operator === 'in') return wanted.includes(value);
  if (argumentTest.operator === 'not in') return !wanted.includes(value);
  return (value & wanted[0]!) === 0n;
}

const nameOf = new Map([...numbers].map(([name, number]) => [number, name]));

/** What the profile's table says, rule by rule. */
function expected(capabilities: readonly number[], call: Call): number {
  if (call.architecture !== I386) return KILL;
  if (call.number > lastSyscall) return ENOSYS;
  const has = (name: CapabilityName): boolean => capabilities.includes(capabilityNumber(name));
  let refusal = EPERM;
  for (const rule of profile) {
    if (!rule.names.join(' ').split(' ').includes(nameOf.get(call.number)!)) continue;
    if (rule.with && !has(rule.with)) continue;
    if (rule.unless && has(rule.unless)) continue;
    if (rule.errno !== undefined) refusal = 0x50000 + rule.errno;
    else if (!rule.when || holds(rule.when, call.arguments)) return ALLOW;
  }
  return refusal;
}

const decidingValues = profile.flatMap((rule) => rule.when?.values.map((value) => value >>> 0) ?? []);
const word = fc.integer({ min: 0, max: 0xffffffff });
const argument = fc.oneof(
  word,
  fc.constantFrom(...decidingValues),
  fc.nat(31).map((bit) => (1 << bit) >>> 0),
);
const conditional = profile
  .flatMap((rule) => (rule.when ? rule.names : []))
  .map((name) => numbers.get(name)!);
const callOf = fc.record({
  architecture: fc.oneof({ weight: 9, arbitrary: fc.constant(I386) }, { weight: 1, arbitrary: word }),
  number: fc.oneof(fc.nat(lastSyscall + 10), fc.constantFrom(...conditional), word),
  arguments: fc.array(argument, { minLength: 6, maxLength: 6 }),
});
const capabilitySet = fc.oneof(
  fc.constant([...defaultCapabilities]),
  fc.uniqueArray(fc.nat(lastCapability), { maxLength: lastCapability + 1 }),
);

const evaluate = (program: BpfProgram, number: number): number =>
  run(program.bytes(), Uint32Array.of(number)).result;

describe('the assembler', () => {
  test('writes struct sock_filter, what was written last first', () => {
    const program = new BpfProgram();
    const yes = program.return(0x7fff0000);
    const no = program.return(0);
    program.load(4, program.branch('equal', 0x40000003, yes, no));
    expect(Buffer.from(program.bytes()).toString('hex').match(/.{16}/g)).toEqual([
      '2000000004000000',
      '1500010003000040',
      '0600000000000000',
      '060000000000ff7f',
    ]);
  });

  test('shares the returns of one value', () => {
    const program = new BpfProgram();
    expect(program.return(1)).toBe(program.return(1));
    expect(program.length).toBe(1);
  });

  test('reaches a target that is out of the reach of a conditional jump', () => {
    for (let size = 245; size < 265; size++) {
      const program = new BpfProgram();
      const [one, two] = [program.return(1), program.return(2)];
      let next = program.return(3);
      for (let i = 0; i < size; i++) next = program.branch('equal', 1000 + i, next, next);
      program.load(0, program.branch('greaterOrEqual', 5, one, two));
      expect([evaluate(program, 5), evaluate(program, 4)]).toEqual([1, 2]);
    }
  });

  test('goes on after a load at what was not written last', () => {
    const program = new BpfProgram();
    const target = program.return(1);
    program.return(2);
    program.load(0, target);
    expect(evaluate(program, 0)).toBe(1);
  });
});

describe('the filter', () => {
  test('is what the table says, for any capabilities and any call', () => {
    fc.assert(
      fc.property(
        capabilitySet,
        fc.array(callOf, { minLength: 20, maxLength: 60 }),
        (capabilities, calls) => {
          const filter = seccompFilter(capabilities);
          for (const call of calls) expect(verdict(filter, call)).toBe(expected(capabilities, call));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('is what the table says for every number', () => {
    const everything = [...Array(lastCapability + 1).keys()];
    for (const capabilities of [[], [...defaultCapabilities], everything]) {
      const filter = seccompFilter(new Set(capabilities));
      for (let number = 0; number < 600; number++) {
        const call = { architecture: I386, number, arguments: [0, 0, 0, 0, 0, 0] };
        expect(verdict(filter, call)).toBe(expected(capabilities, call));
      }
    }
  });

  test('is made once for sets that come to the same', () => {
    expect(seccompFilter([0, 18])).toBe(seccompFilter(new Set([18, 1])));
    expect(seccompFilter([18])).not.toBe(seccompFilter([18, 21]));
  });

  test('is short, and quick at what the kernel runs for each number when it is attached', () => {
    const filter = seccompFilter(defaultCapabilities);
    const steps = Array.from({ length: lastSyscall + 1 }, (_, number) => {
      return run(filter, seccompData({ architecture: I386, number, arguments: [] })).steps;
    });
    expect(filter.length / 8).toBeLessThanOrEqual(140);
    expect(Math.max(...steps)).toBeLessThanOrEqual(20);
    expect(steps.reduce((sum, each) => sum + each) / steps.length).toBeLessThanOrEqual(11);
  });
});

const CLONE_NEWUSER = 0x10000000;
const SIGCHLD = 17;

/** Calls that fail with something else than EPERM, or not at all, for root without a filter. */
const attempts: { call: string; arguments?: number[]; errno: number }[] = [
  { call: 'getpid', errno: 0 },
  { call: 'openat', arguments: [-100, 0, 0], errno: 14 },
  { call: 'mount', errno: 1 },
  { call: 'umount2', errno: 1 },
  { call: 'unshare', errno: 1 },
  { call: 'setns', arguments: [-1], errno: 1 },
  { call: 'sethostname', arguments: [0, -1], errno: 1 },
  { call: 'bpf', arguments: [-1], errno: 1 },
  { call: 'perf_event_open', errno: 1 },
  { call: 'reboot', arguments: [1, 2, 3], errno: 1 },
  { call: 'init_module', errno: 1 },
  { call: 'open_by_handle_at', errno: 1 },
  { call: 'process_madvise', arguments: [-1], errno: 1 },
  { call: 'settimeofday', arguments: [1, 1], errno: 1 },
  { call: 'ptrace', errno: 0 },
  { call: 'chroot', errno: 14 },
  { call: 'clone', arguments: [SIGCHLD], errno: 0 },
  { call: 'clone', arguments: [CLONE_NEWUSER | SIGCHLD], errno: 1 },
  { call: 'clone3', errno: 38 },
  { call: 'personality', arguments: [-1], errno: 0 },
  { call: 'personality', arguments: [8], errno: 0 },
  { call: 'personality', arguments: [0x0040000], errno: 1 },
  { call: 'socket', arguments: [1, 1, 0], errno: 0 },
  { call: 'socket', arguments: [40, 1, 0], errno: 1 },
];

/** Not in the table of numbers, since the profile does not name them. */
const unnamed: Record<string, number> = {
  add_key: 286,
  keyctl: 288,
  io_uring_setup: 425,
  hole: 222,
  future: 900,
};

const textOf = ({ call, arguments: values = [] }: { call: string; arguments?: number[] }): string =>
  [numbers.get(call) ?? unnamed[call], ...values.map((value) => value >>> 0)].join();

/** Whether the tests themselves run with the capabilities that the attempts ask for, and without a filter. */
function unconfined(): boolean {
  const status = readFileSync('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s+(\w+)$/m.exec(status)?.[1] ?? '0'}`);
  const needed = profile.flatMap((rule) => rule.with ?? []).map(capabilityNumber);
  return /^Seccomp:\s+0$/m.test(status) && needed.every((number) => (effective >> BigInt(number)) & 1n);
}

describe('on this kernel', () => {
  let folder = '';
  const programs = new Map<string, string>();

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'seccomp-'));
    for (const bits of ['32', '64']) {
      const output = join(folder, `probe${bits}`);
      const source = join(import.meta.dirname, 'seccomp-probe.c');
      const compiled = spawnSync('gcc', [`-m${bits}`, '-O1', '-Wall', '-Werror', '-o', output, source]);
      if (compiled.status === 0 && spawnSync(output, ['-']).status === 0) programs.set(bits, output);
    }
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function probe(bits: string, capabilities: readonly number[] | 'none', calls: string[]): string[] {
    const filter = join(folder, 'filter');
    if (capabilities !== 'none') writeFileSync(filter, seccompFilter(capabilities));
    const program = programs.get(bits)!;
    const parameters = [capabilities === 'none' ? '-' : filter, ...calls];
    return execFileSync(program, parameters, { encoding: 'utf8' }).trim().split('\n').slice(1);
  }

  test('gives the errors that Docker gives', ({ skip }) => {
    skip(!programs.has('32'), 'gcc -m32 cannot make a program that runs here');
    const results = probe('32', defaultCapabilities, attempts.map(textOf)).map(Number);
    expect(attempts.map((each, index) => `${textOf(each)} ${each.call} ${results[index]}`)).toEqual(
      attempts.map((each) => `${textOf(each)} ${each.call} ${each.errno}`),
    );
  });

  test('refuses what the profile does not name, and does not know what is newer', ({ skip }) => {
    skip(!programs.has('32'), 'gcc -m32 cannot make a program that runs here');
    const calls = Object.keys(unnamed).map((call) => textOf({ call }));
    expect(probe('32', defaultCapabilities, calls).map(Number)).toEqual([1, 1, 1, 1, 38]);
  });

  test('does not refuse the same without the filter, or with every capability', ({ skip }) => {
    skip(!programs.has('32'), 'gcc -m32 cannot make a program that runs here');
    skip(!unconfined(), 'this process is not allowed all of them itself');
    const refused = attempts.filter((each) => each.errno === 1);
    expect(probe('32', 'none', refused.map(textOf))).not.toContain('1');
    const byCapability = refused.filter((each) => !['personality', 'socket'].includes(each.call));
    const everything = [...Array(lastCapability + 1).keys()];
    expect(probe('32', everything, byCapability.map(textOf))).not.toContain('1');
  });

  test('kills a process of another architecture', ({ skip }) => {
    skip(!programs.has('64'), 'gcc -m64 cannot make a program that runs here');
    expect(() => probe('64', defaultCapabilities, [])).toThrow();
    const filter = join(folder, 'filter');
    expect(spawnSync(programs.get('64')!, [filter]).signal).toBe('SIGSYS');
  });
});
