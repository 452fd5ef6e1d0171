import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Benchmark } from './benchmark.ts';
import { dockerExec, dockerPs, dockerRun, startBox } from './docker-commands.ts';
import type { Measurement } from './measurement.ts';
import { repeat } from './measurement.ts';

/** A real Docker Engine, where `tools/oracle up DIR` has started one that has a busybox image. */
export const native: Benchmark = {
  name: 'native',
  run: async ({ native }) => {
    if (native === undefined) return [];
    docker(native, startBox);
    const rows = [
      await row('run', native, dockerRun),
      await row('ps', native, dockerPs),
      await row('exec', native, dockerExec),
    ];
    docker(native, 'docker rm -f box');
    return rows;
  },
};

async function row(name: string, folder: string, command: string): Promise<Measurement> {
  const samples = await repeat(15, () => Promise.resolve(docker(folder, command)));
  return { name: `native: docker ${name}`, unit: 'ms', samples: samples.slice(1) };
}

/** @returns milliseconds, the client's start included, as it is in the guest */
function docker(folder: string, command: string): number {
  const [, ...args] = command.split(' ');
  const started = performance.now();
  const { status, stderr, error } = spawnSync(join(folder, 'bin/docker'), args, {
    env: { ...process.env, DOCKER_CONFIG: folder, DOCKER_HOST: `unix://${folder}/docker.sock` },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr}`);
  return performance.now() - started;
}
