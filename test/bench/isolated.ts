import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Benchmark, Setup } from './benchmark.ts';
import { type Measurement, repeat } from './measurement.ts';

const child = join(import.meta.dirname, 'child.ts');

/** Runs a benchmark in processes of its own, since machines that have been let go of slow down the next one. */
export async function runIsolated({ name, processes = 1 }: Benchmark, setup: Setup): Promise<Measurement[]> {
  const runs = await repeat(processes, () => runOnce(name, setup));
  const [first = []] = runs;
  return first.map((row) => Object.assign(row, { samples: samplesOf(row.name, runs) }));
}

function runOnce(name: string, setup: Setup): Promise<Measurement[]> {
  const running = fork(child, [name, JSON.stringify(setup)], { execArgv: ['--import', 'tsx'] });
  return new Promise((resolve, reject) => {
    running.once('message', (measurements) => resolve(measurements as Measurement[]));
    running.once('exit', (code) => reject(new Error(`${name} ended with code ${code}`)));
  });
}

function samplesOf(name: string, runs: readonly Measurement[][]): number[] {
  return runs.flatMap((rows) => rows.find((row) => row.name === name)?.samples ?? []);
}
