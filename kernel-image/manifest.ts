import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileSha256 } from './digest.ts';
import { artefactsDir, repositoryDir } from './paths.ts';

/**
 * What the committed artefacts were made from. A stage is up to date when every input has the digest recorded here and
 * every output is there unchanged; nothing else (times, compiler versions) counts.
 */
export interface Manifest {
  [stage: string]: StageRecord;
}

export interface StageRecord {
  /** sha256 of each input: files by repository path, `package NAME VERSION`, `settings` for what a stage holds in code. */
  inputs: Record<string, string>;
  /** sha256 of each output, by repository path. */
  outputs: Record<string, string>;
  /** Versions of the programs that did the work. For information: another compiler does not make an artefact stale. */
  builtWith: string[];
}

const manifestPath = join(artefactsDir, 'manifest.json');

export function readManifest(): Manifest {
  if (!existsSync(manifestPath)) return {};
  return JSON.parse(readFileSync(manifestPath, 'utf8')) as Manifest;
}

/** Records one stage, leaving the others as they are. */
export function recordStage(name: string, record: StageRecord): void {
  const manifest = { ...readManifest(), [name]: record };
  const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(manifestPath, `${JSON.stringify(sorted, undefined, 2)}\n`);
}

/** Why a stage is not up to date, one reason a line; empty when it is. */
export function differences(record: StageRecord | undefined, inputs: Record<string, string>): string[] {
  if (record === undefined) return ['it has never been built'];
  return [...changedInputs(record.inputs, inputs), ...changedOutputs(record.outputs)];
}

function changedInputs(recorded: Record<string, string>, now: Record<string, string>): string[] {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(now)])].sort();
  return names.flatMap((name) => {
    if (recorded[name] === now[name]) return [];
    if (recorded[name] === undefined) return [`${name} is a new input`];
    return [now[name] === undefined ? `${name} is no input any more` : `${name} has changed`];
  });
}

function changedOutputs(outputs: Record<string, string>): string[] {
  return Object.entries(outputs).flatMap(([path, digest]) => {
    const file = join(repositoryDir, path);
    if (!existsSync(file)) return [`${path} is missing`];
    return fileSha256(file) === digest ? [] : [`${path} is not the file that was built`];
  });
}
