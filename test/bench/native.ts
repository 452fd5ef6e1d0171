import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Benchmark } from './benchmark.ts';
import type { Measurement } from './measurement.ts';
import { repeat } from './measurement.ts';

/** A real Docker Engine, where `tools/oracle up DIR` has started one that has a busybox image. */
export const native: Benchmark = {
  name: 'native',
  run: async ({ native }) => {
    if (native === undefined) return [];
    docker(native, 'run', '-d', '--name', 'bench', 'busybox', 'sleep', '100000');
    const rows = [
      await row('run', native, ['run', '--rm', 'busybox', 'true']),
      await row('ps', native, ['ps']),
      await row('exec', native, ['exec', 'bench', 'true']),
    ];
    docker(native, 'rm', '-f', 'bench');
    return rows;
  },
};

async function row(name: string, folder: string, args: string[]): Promise<Measurement> {
  const samples = await repeat(15, () => Promise.resolve(docker(folder, ...args)));
  return { name: `native: docker ${name}`, unit: 'ms', samples: samples.slice(1) };
}

/** @returns milliseconds, the client's start included, as it is in the guest */
function docker(folder: string, ...args: string[]): number {
  const started = performance.now();
  const { status, stderr, error } = spawnSync(join(folder, 'bin/docker'), args, {
    env: { ...process.env, DOCKER_CONFIG: folder, DOCKER_HOST: `unix://${folder}/docker.sock` },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`docker ${args.join(' ')}: ${error?.message ?? stderr}`);
  return performance.now() - started;
}
