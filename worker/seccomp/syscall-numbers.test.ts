import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lastSyscall, syscallNumbers } from './syscall-numbers.ts';

// From Debian's linux-libc-dev, or from the tree that the kernel is built from.
const header = '/usr/include/x86_64-linux-gnu/asm/unistd_32.h';

test('some numbers', () => {
  const numbers = syscallNumbers();
  expect(numbers.get('restart_syscall')).toBe(0);
  expect(numbers.get('clone')).toBe(120);
  expect(numbers.get('clock_gettime64')).toBe(403);
  expect(numbers.get('mseal')).toBe(lastSyscall);
  expect(new Set(numbers.values()).size).toBe(numbers.size);
});

test.skipIf(!existsSync(header))(`numbers are those of ${header}`, () => {
  const lines = readFileSync(header, 'utf8').matchAll(/^#define __NR_(\w+) (\d+)$/gm);
  const defined = new Map(Array.from(lines, ([, name, number]) => [name!, Number(number)]));
  const known = [...syscallNumbers()].filter(([name]) => defined.has(name));
  expect(known.length).toBeGreaterThan(380);
  expect(known).toEqual(known.map(([name]) => [name, defined.get(name)]));
  // An older header knows no number that ours gives another name.
  const named = new Set(defined.values());
  const unknown = [...syscallNumbers()].filter(([name]) => !defined.has(name));
  expect(unknown.filter(([, number]) => named.has(number))).toEqual([]);
});
