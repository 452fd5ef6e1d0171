/**
 * Every case of the folder `cases` is built by our engine and compared with what a real Docker made of it: output, errors,
 * config, history, and every file of every layer. What is not the same is listed in differences.json with its reason:
 * the list must be exact, so it can only shrink.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestEngine } from '../api/engine.ts';
import { lineDifferences } from '../boot/golden-transcript.ts';
import { TestMachine } from '../boot/machine.ts';
import { savedBusybox } from './base-image.ts';
import { type Builder, caseNames, readCase, readRecorded } from './case.ts';
import { buildClassic, type Surroundings } from './classic.ts';
import { buildCommand } from './command.ts';
import { comparable } from './comparable.ts';
import { compactJson } from './compact-json.ts';
import { EngineClient } from './engine-client.ts';
import { type FileServer, serveFiles } from './file-server.ts';
import { BaseImages } from './image.ts';
import type { BuildResult } from './result.ts';
import { buildSolve } from './solve.ts';

/** Lines of a case that differ: `-` recorded, `+` ours. */
interface Difference {
  readonly case: string;
  readonly builder: Builder;
  readonly reason: string;
  readonly lines: readonly string[];
}

const listPath = join(import.meta.dirname, 'differences.json');
const listed = existsSync(listPath) ? (JSON.parse(readFileSync(listPath, 'utf8')) as Difference[]) : [];
const found: Difference[] = [];
const cases = caseNames();

const builders: readonly Builder[] = ['classic', 'buildkit'];

let engine: TestEngine | undefined;
let files: FileServer | undefined;
let surroundings: Surroundings;
const kept = new Set<string>();

/** Built by the command, too, from files that a tar in the machine has made, without the times of directories. */
const byCommand = [
  'copy-directory',
  'copy-permissions',
  'ignore-exceptions',
  'run-mount-secret',
  'stage-target',
];

beforeAll(async () => {
  files = await serveFiles();
  engine = await TestEngine.start();
  const client = new EngineClient(engine.socketPath);
  const bases = new BaseImages();
  await client.get('POST', '/v1.51/images/load?quiet=1', await savedBusybox());
  kept.add((await client.inspect('busybox')).Id);
  await bases.add(await client.save('busybox'));
  surroundings = { engine: client, bases, server: files.address };
});

afterAll(async () => {
  if (process.env['RECORD'] === '1') writeFileSync(listPath, `${compactJson(found)}\n`);
  files?.close();
  await engine?.stop();
});

/** The classic builder over HTTP, BuildKit's way by the engine itself. */
async function build(name: string, builder: Builder): Promise<BuildResult[]> {
  if (!engine) throw new Error('the engine has not started');
  await surroundings.engine.clean(kept);
  const results: BuildResult[] = [];
  for (const one of readCase(name).builds)
    results.push(
      await (builder === 'classic'
        ? buildClassic(surroundings, one)
        : buildSolve(engine.bottleship.engine, surroundings, one)),
    );
  return results;
}

/** Warnings are compared where there are recorded ones. */
function checked(results: readonly BuildResult[], recorded: readonly BuildResult[]): BuildResult[] {
  if (recorded.some(({ warnings }) => warnings !== undefined)) return [...results];
  return results.map((result) => {
    const { warnings, ...rest } = result;
    return warnings === undefined ? result : rest;
  });
}

function linesOf(builder: Builder, results: readonly BuildResult[]): string[] {
  return compactJson(comparable(builder, results)).split('\n');
}

function timeless(lines: readonly string[]): string {
  return lines.join('\n').replaceAll(/ @[\d-]{10}T[\d:]{8}/g, '');
}

describe.each(builders)('%s', (builder) => {
  const names = cases.filter((name) => readCase(name).builders.includes(builder));

  test.each(names)('%s', async (name) => {
    const recorded = readRecorded(name)[builder] ?? [];
    const built = checked(await build(name, builder), recorded);
    const lines = lineDifferences(linesOf(builder, recorded), linesOf(builder, built));
    const known = listed.find((one) => one.case === name && one.builder === builder);
    if (lines.length > 0) found.push({ case: name, builder, reason: known?.reason ?? '', lines });
    if (process.env['RECORD'] !== '1') expect(lines).toEqual(known?.lines ?? []);
  });
});

describe('docker build in the machine', () => {
  test.each(byCommand)('%s', async (name) => {
    if (!engine) throw new Error('the engine has not started');
    await surroundings.engine.clean(kept);
    const machine = TestMachine.of(engine.bottleship);
    const results: BuildResult[] = [];
    for (const one of readCase(name).builds) results.push(await buildCommand(machine, surroundings, one));
    const recorded = readRecorded(name).buildkit ?? [];
    expect(timeless(linesOf('buildkit', checked(results, recorded)))).toBe(
      timeless(linesOf('buildkit', recorded)),
    );
  });
});

test('the list names no case that is not there, and a reason for each', () => {
  expect(listed.filter((one) => !cases.includes(one.case) || one.reason === '')).toEqual([]);
});
