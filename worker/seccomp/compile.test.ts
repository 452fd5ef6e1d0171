import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileProfile } from './compile.ts';
import { decodeProfile } from './decode.ts';
import { I386, verdict } from './filter.suite.ts';
import type { SeccompProfile } from './profile.ts';
import { lastSyscall, syscallNumbers } from './syscall-numbers.ts';

const ALLOW = 0x7fff0000;
const ERRNO = 0x50000;
const EPERM = ERRNO + 1;
const ENOSYS = ERRNO + 38;

const numbers = syscallNumbers();
const place = { capabilities: new Set(['CAP_CHOWN']), kernel: '6.12.48' };

function filterOf(profile: SeccompProfile, where = place): (name: string, ...args: number[]) => number {
  const { program } = compileProfile(decodeProfile(JSON.stringify(profile)), where)!;
  const bytes = new Uint8Array(Uint32Array.from(program).buffer);
  return (name, ...args) =>
    verdict(bytes, { architecture: I386, number: numbers.get(name) ?? Number(name), arguments: args });
}

const allowed = { defaultAction: 'SCMP_ACT_ALLOW' };
const refused = { defaultAction: 'SCMP_ACT_ERRNO' };

/** The profile with one rule. */
function withRule(rule: object, profile: SeccompProfile = allowed): SeccompProfile {
  return { ...profile, syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_ERRNO', ...rule }] };
}

/** Whether a rule with these conditions refuses. */
function refuses(conditions: object): boolean {
  return filterOf(withRule(conditions))('mkdir') === EPERM;
}

function textOf(profile: unknown): string {
  try {
    compileProfile(decodeProfile(JSON.stringify(profile)), place);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('a profile', () => {
  test('says what becomes of the calls it names, and of all others', () => {
    const verdictOf = filterOf(withRule({ names: ['chmod', 'fchmod', 'no_such_call'] }));
    expect(verdictOf('chmod')).toBe(EPERM);
    expect(verdictOf('fchmod')).toBe(EPERM);
    expect(verdictOf('read')).toBe(ALLOW);
    expect(verdictOf('900')).toBe(ALLOW);
  });

  test('has the errno it asks for', () => {
    expect(filterOf(withRule({ errnoRet: 13 }))('mkdir')).toBe(ERRNO + 13);
    expect(filterOf({ ...refused, defaultErrnoRet: 5 })('mkdir')).toBe(ERRNO + 5);
    expect(filterOf(withRule({ action: 'SCMP_ACT_TRACE', errnoRet: 7 }))('mkdir')).toBe(0x7ff00007);
    expect(filterOf(withRule({ action: 'SCMP_ACT_KILL_PROCESS', errnoRet: 7 }))('mkdir')).toBe(0x80000000);
  });

  test('that refuses by default does not know what is newer than all it names', () => {
    const verdictOf = filterOf(
      withRule({ names: ['read', 'pidfd_open'], action: 'SCMP_ACT_ALLOW' }, refused),
    );
    expect(verdictOf('pidfd_open')).toBe(ALLOW);
    expect(verdictOf('mkdir')).toBe(EPERM);
    expect(verdictOf('clone3')).toBe(ENOSYS);
    expect(verdictOf('900')).toBe(ENOSYS);
  });

  test('kills another architecture', () => {
    const { program } = compileProfile(allowed, place)!;
    const bytes = new Uint8Array(Uint32Array.from(program).buffer);
    expect(verdict(bytes, { architecture: 0xc000003e, number: 0, arguments: [] })).toBe(0);
  });

  test('that says nothing is no filter', () => {
    expect(compileProfile({}, place)).toBeUndefined();
  });

  test('an unconditional rule is the last for its call', () => {
    const args = [{ index: 0, value: 1, op: 'SCMP_CMP_EQ' }];
    const verdictOf = filterOf({
      ...allowed,
      syscalls: [
        { names: ['kill'], action: 'SCMP_ACT_TRAP', args },
        { name: 'kill', action: 'SCMP_ACT_ERRNO' },
        { names: ['kill'], action: 'SCMP_ACT_LOG' },
      ],
    });
    expect(verdictOf('kill', 1)).toBe(EPERM);
    expect(verdictOf('kill', 2)).toBe(EPERM);
  });

  test('counts for the capabilities, architecture and kernel that it asks for', () => {
    expect(refuses({ includes: { caps: ['CAP_CHOWN'] } })).toBe(true);
    expect(refuses({ includes: { caps: ['CAP_CHOWN', 'CAP_SYS_ADMIN'] } })).toBe(false);
    expect(refuses({ excludes: { caps: ['CAP_CHOWN', 'CAP_SYS_ADMIN'] } })).toBe(false);
    expect(refuses({ includes: { arches: ['amd64', 'x86'] } })).toBe(true);
    expect(refuses({ includes: { arches: ['amd64'] } })).toBe(false);
    expect(refuses({ excludes: { arches: ['x86'] } })).toBe(false);
    expect(refuses({ includes: { minKernel: '6.12' } })).toBe(true);
    expect(refuses({ includes: { minKernel: '6.13' } })).toBe(false);
    expect(refuses({ excludes: { minKernel: '4.8' } })).toBe(false);
  });

  test('reaches what can also be called through socketcall and ipc', () => {
    const verdictOf = filterOf(withRule({ names: ['connect', 'shmget'] }));
    expect(verdictOf('connect')).toBe(EPERM);
    expect(verdictOf('socketcall', 3)).toBe(EPERM);
    expect(verdictOf('socketcall', 2)).toBe(ALLOW);
    expect(verdictOf('ipc', 23)).toBe(EPERM);
    expect(verdictOf('ipc', 1)).toBe(ALLOW);
  });
});

describe('arguments', () => {
  const word = fc.oneof(fc.nat(10), fc.constantFrom(0x7fffffff, 0x80000000, 0xffffffff), fc.nat());
  const holds: Record<string, (given: number, value: number, two: number) => boolean> = {
    SCMP_CMP_NE: (given, value) => given !== value,
    SCMP_CMP_LT: (given, value) => given < value,
    SCMP_CMP_LE: (given, value) => given <= value,
    SCMP_CMP_EQ: (given, value) => given === value,
    SCMP_CMP_GE: (given, value) => given >= value,
    SCMP_CMP_GT: (given, value) => given > value,
    SCMP_CMP_MASKED_EQ: (given, value, two) => (given & value) >>> 0 === two,
  };
  const argument = fc.record({
    index: fc.nat(2),
    value: word,
    valueTwo: word,
    op: fc.constantFrom(...Object.keys(holds)),
  });

  test('of rules in their order, all of a rule, or any where two are about one argument', () => {
    const rule = fc.record({
      args: fc.array(argument, { minLength: 1, maxLength: 3 }),
      errnoRet: fc.integer({ min: 2, max: 30 }),
    });
    const given = fc.array(word, { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), given, (rules, values) => {
        const syscalls = rules.map((each) => ({ names: ['prctl'], action: 'SCMP_ACT_ERRNO', ...each }));
        const matching = rules.find(({ args }) => {
          const isTwice = new Set(args.map(({ index }) => index)).size < args.length;
          const matches = new Set(
            args.map((each) => holds[each.op]!(values[each.index]!, each.value, each.valueTwo)),
          );
          return isTwice ? matches.has(true) : !matches.has(false);
        });
        const expected = matching ? ERRNO + matching.errnoRet : ALLOW;
        expect(filterOf({ ...allowed, syscalls })('prctl', ...values)).toBe(expected);
      }),
      { numRuns: 400 },
    );
  });
});

describe("in Docker's and runc's words", () => {
  test.each([
    [{ defaultAction: 'FOO' }, 'string FOO is not a valid action for seccomp'],
    [withRule({ action: 'FOO' }), 'string FOO is not a valid action for seccomp'],
    [{ syscalls: [{ names: ['mkdir'] }] }, 'string  is not a valid action for seccomp'],
    [{ ...allowed, architectures: ['FOO'] }, 'string FOO is not a valid arch for seccomp'],
    [
      withRule({ args: [{ index: 0, value: 1, op: 'FOO' }] }),
      'string FOO is not a valid operator for seccomp',
    ],
    [
      withRule({ args: [{ index: 6, op: 'SCMP_CMP_EQ' }] }),
      'unable to start container process: error creating seccomp syscall condition for syscall mkdir: syscalls only have up to 6 arguments (6 given)',
    ],
    [
      { defaultAction: 'SCMP_ACT_NOTIFY' },
      'unable to start container process: SCMP_ACT_NOTIFY cannot be used as default action',
    ],
    [withRule({ action: 'SCMP_ACT_NOTIFY' }), 'unable to start container process: listenerPath is not set'],
    [
      withRule({ name: 'rmdir' }),
      "both 'name' and 'names' are specified in the seccomp profile, use either 'name' or 'names'",
    ],
    [
      { ...allowed, architectures: ['SCMP_ARCH_X86'], archMap: [{}] },
      "both 'architectures' and 'archMap' are specified in the seccomp profile, use either 'architectures' or 'archMap'",
    ],
    [
      { defaultAction: 3 },
      'Decoding seccomp profile failed: json: cannot unmarshal number into Go struct field Seccomp.defaultAction of type specs.LinuxSeccompAction',
    ],
    [
      [],
      'Decoding seccomp profile failed: json: cannot unmarshal array into Go value of type seccomp.Seccomp',
    ],
    [
      withRule({ includes: { minKernel: 'x' } }),
      'Decoding seccomp profile failed: invalid kernel version: "x", expected "<kernel>.<major>"',
    ],
  ])('%j', (profile, text) => expect(textOf(profile)).toBe(text));

  test('whatever is given', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        try {
          compileProfile(decodeProfile(json), place);
        } catch (error) {
          expect(error).toHaveProperty('by');
        }
      }),
    );
  });
});

test('a filter of all calls is short enough for the kernel', () => {
  const names = [...numbers.keys()].filter((_, index) => index % 2 === 0);
  const { program } = compileProfile(withRule({ names, action: 'SCMP_ACT_ALLOW' }, refused), place)!;
  expect(program.length / 2).toBeLessThan(4096);
  expect(lastSyscall).toBeGreaterThan(400);
});
