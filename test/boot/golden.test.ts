/**
 * The whole recording of a real Docker, command by command and in its order, against our command, engine and machine.
 * What is not as recorded is listed in golden-differences.json with its reason: the list must be exact.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goldenMissing, readGolden } from '../cli/golden.ts';
import type { Recording } from '../cli/golden.ts';
import { noteRequests } from '../cli/requests.ts';
import { goldenRegistry, imagesMissing } from './golden-images.ts';
import { lineDifferences, transcript } from './golden-transcript.ts';
import type { Run } from './golden-transcript.ts';
import { TestMachine } from './machine.ts';

/** Lines of one command that differ: `-` recorded, `+` ours. */
interface Difference {
  readonly command: string;
  readonly reason: string;
  readonly lines: readonly string[];
}

const listPath = join(import.meta.dirname, 'golden-differences.json');
const files = join(import.meta.dirname, '../../public');
const missing = goldenMissing ?? imagesMissing;
const recordings = missing === undefined ? readGolden() : [];
const listed = existsSync(listPath) ? (JSON.parse(readFileSync(listPath, 'utf8')) as Difference[]) : [];
const lab = '/root/lab';
const size = { rows: 24, cols: 120 };
/** Two docker commands at once: which of them asks first is left to chance. */
const atOnce = /\bdocker [^;]*\| *docker /;

/** Commands of the same words are told apart by their number. */
function names(all: readonly Recording[]): string[] {
  const seen = new Map<string, number>();
  return all.map(({ command, tty }) => {
    const words = `${tty ? '[tty] ' : ''}${command}`;
    const count = (seen.get(words) ?? 0) + 1;
    seen.set(words, count);
    return count === 1 ? words : `${words} (${count})`;
  });
}

async function onTerminal(machine: TestMachine, line: string): Promise<Omit<Run, 'calls'>> {
  const decoder = new TextDecoder();
  let stdout = '';
  const code = await new Promise<number>((resolve, reject) => {
    const listener = {
      output: (bytes: Uint8Array) => void (stdout += decoder.decode(bytes, { stream: true })),
      exited: resolve,
    };
    machine.bottleship.terminals.open(size, listener, ['/bin/sh', '-c', line]).catch(reject);
  });
  return { stdout: stdout + decoder.decode(), stderr: '', code };
}

describe.skipIf(missing)(`Docker as recorded${missing ? ` (skipped: ${missing} is not there)` : ''}`, () => {
  let machine: TestMachine | undefined;
  let calls: string[] = [];
  const found: Difference[] = [];

  beforeAll(async () => {
    machine = await TestMachine.start({ answer: goldenRegistry((path) => readFileSync(join(files, path))) });
    await machine.out(`mkdir -p ${lab}`);
    calls = noteRequests(machine.bottleship.engine);
  });
  afterAll(async () => {
    if (process.env['RECORD'] === '1') writeFileSync(listPath, `${JSON.stringify(found, null, 2)}\n`);
    await machine?.stop();
  });

  test.each(names(recordings).map((name, at) => ({ name, at })))('$name', async ({ name, at }) => {
    const recording = recordings[at];
    if (!recording || !machine) throw new Error('there is no such recording');
    calls.length = 0;
    const line = `LAB=${lab}; ${recording.line}`;
    const ran = await (recording.tty ? onTerminal(machine, line) : machine.sh(line));
    const run = {
      ...ran,
      stdout: ran.stdout.replaceAll(lab, '$LAB'),
      stderr: ran.stderr.replaceAll(lab, '$LAB'),
      calls: [...calls],
    };
    const inOrder = (one: Run): Run =>
      atOnce.test(recording.line) ? { ...one, calls: one.calls.toSorted() } : one;
    const lines = lineDifferences(transcript(inOrder(recording)), transcript(inOrder(run)));
    const known = listed.find(({ command }) => command === name);
    if (lines.length > 0) found.push({ command: name, reason: known?.reason ?? '', lines });
    if (process.env['RECORD'] !== '1') expect(lines).toEqual(known?.lines ?? []);
  });

  test('the list names no command that was not recorded, and a reason for each', () => {
    const all = new Set(names(recordings));
    expect(listed.filter(({ command, reason }) => !all.has(command) || reason === '')).toEqual([]);
  });
});
