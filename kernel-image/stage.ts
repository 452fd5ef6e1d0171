import { writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from './digest.ts';
import type { Inputs } from './inputs.ts';
import { differences, readManifest, recordStage } from './manifest.ts';
import { repositoryDir } from './paths.ts';
import { say } from './progress.ts';

/** One step of the build: inputs with digests in, files out. */
export interface Stage {
  name: string;
  /** What the outputs are made from. Needs neither a compiler nor a network, so that the check can ask too. */
  inputs(): Promise<Inputs>;
  build(): Promise<StageResult>;
}

export interface StageResult {
  /** The files to write, by repository path. */
  outputs: Map<string, Uint8Array>;
  /** Versions of the programs used. */
  builtWith: string[];
}

/** Builds a stage when an input has changed (or always, when `force`) and records it. */
export async function runStage(stage: Stage, force: boolean): Promise<void> {
  const reasons = await staleReasons(stage);
  if (reasons.length === 0 && !force) return say(`${stage.name}: up to date`);
  say(`${stage.name}: building${reasons.length > 0 ? ` since ${reasons.join(', ')}` : ''}`);
  const start = performance.now();
  const { outputs, builtWith } = await stage.build();
  for (const [path, bytes] of outputs) writeOutput(path, bytes);
  const digests = Object.fromEntries([...outputs].map(([path, bytes]) => [path, sha256(bytes)]));
  recordStage(stage.name, { inputs: await stage.inputs(), outputs: digests, builtWith });
  say(`${stage.name}: done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/** Why a stage would be built; empty when it is up to date. */
export async function staleReasons(stage: Stage): Promise<string[]> {
  return differences(readManifest()[stage.name], await stage.inputs());
}

function writeOutput(path: string, bytes: Uint8Array): void {
  const file = join(repositoryDir, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  say(`  ${path}: ${bytes.length.toLocaleString('en')} bytes`);
}
