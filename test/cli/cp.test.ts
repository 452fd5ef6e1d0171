import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../worker/cli/command.ts';
import { cpCases, fixture } from './cp-cases.ts';
import { HostContainerEngine } from './host-container.ts';
import { RealClient, realClient } from './real-client.ts';
import { missingCompiler, RelayProgram } from './relay-program.ts';
import type { Ended } from './relay-program.ts';

/**
 * What Docker's client 28.5.2 has done with the same container (Debian's docker-cli of sid, 2026-11-24). Written anew
 * with RECORD=1 and a client, see real-client.ts.
 */
const recordings = fileURLToPath(new URL('./cp.recorded.json', import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Names, types, modes, times, links and contents of both sides that are not as they were before. */
  readonly changes: readonly string[];
}

const missing = missingCompiler();
const client = realClient();
const folder = mkdtempSync(join(tmpdir(), 'bottleship-cp-'));
const [local, container] = [join(folder, 'l'), join(folder, 'c')];
/** The files as they are before each case. */
const template = mkdtempSync(join(tmpdir(), 'bottleship-cp-template-'));

/** One line a file, in order. Whatever has another time than the fixture's was made now. */
function snapshot(path = folder, name = ''): string[] {
  const found = lstatSync(path);
  const time = found.mtimeMs === 1_700_000_000_000 ? 'then' : 'now';
  const mode = (found.mode & 0o7777).toString(8);
  if (found.isDirectory()) {
    const below = readdirSync(path).sort();
    const own = name === '' ? [] : [`${name}/ ${mode} ${time}`];
    return [...own, ...below.flatMap((entry) => snapshot(join(path, entry), join(name, entry)))];
  }
  return [`${name} ${mode} ${found.nlink} ${time} ${describeFile(path, found)}`];
}

function describeFile(path: string, found: Stats): string {
  if (found.isSymbolicLink()) return `-> ${readlinkSync(path).replaceAll(folder, '$T')}`;
  if (!found.isFile()) return 'special';
  return `${found.size} ${createHash('md5').update(readFileSync(path)).digest('hex')}`;
}

/** What is gone and what is new. */
function changes(before: readonly string[], after: readonly string[]): string[] {
  const was = new Set(before);
  const is = new Set(after);
  const gone = before.filter((line) => !is.has(line)).map((line) => `- ${line}`);
  return [...gone, ...after.filter((line) => !was.has(line)).map((line) => `+ ${line}`)];
}

/** The real client logs there, at times, that it has stopped reading what it did not need. */
function withoutLog(text: string): string {
  return text.replace(/^time=".*\n/gm, '');
}

/** Whether the files are not as they should be before a case. */
let dirty = true;

async function outcome(line: string, shell: (line: string) => Promise<Ended>): Promise<Outcome> {
  if (dirty) execFileSync('bash', ['-ec', `rm -rf ${local} ${container}; cp -a ${template}/. ${folder}`]);
  const before = snapshot();
  const { code, stdout, stderr } = await shell(`cd ${local}; ${line}`);
  const [out, err] = [stdout, withoutLog(stderr)].map((text) => text.replaceAll(folder, '$T'));
  const changed = changes(before, snapshot());
  dirty = changed.length > 0;
  return { code, stdout: out ?? '', stderr: err ?? '', changes: changed };
}

describe.skipIf(missing)(
  `docker cp as Docker's client does it${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    const engine = new HostContainerEngine(container);
    let program: RelayProgram | undefined;
    let real: RealClient | undefined;
    let recorded: Record<string, Outcome> = {};

    beforeAll(async () => {
      execFileSync('bash', ['-ec', `L=${local}; C=${container}; ${fixture} mv $L $C ${template}`]);
      program = new RelayProgram((session) => runCommand(engine, session));
      if (client !== undefined) real = await RealClient.start(engine, client);
      if (existsSync(recordings)) recorded = JSON.parse(readFileSync(recordings, 'utf8')) as typeof recorded;
    });
    afterAll(async () => {
      program?.close();
      await real?.close();
      rmSync(folder, { recursive: true, force: true });
      if (process.env['RECORD'] === '1') writeFileSync(recordings, `${JSON.stringify(recorded, null, 1)}\n`);
    });

    test.each(cpCases)('%s', async (line) => {
      if (real && process.env['RECORD'] === '1')
        recorded[line] = await outcome(line, (text) => real?.shell(text) as Promise<Ended>);
      expect(await outcome(line, (text) => program?.shell(text) as Promise<Ended>)).toEqual(recorded[line]);
    });
  },
);
