/**
 * Records what a real engine makes of the layers: `DOCKER_HOST=unix:///... node --import tsx test/boot/hostile-layers/record.ts`.
 * recorded.json is of Docker Engine 28.5.2 with overlay2.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { archiveOf, cases, tagOf } from './cases.ts';
import { seenIn, type Seen } from './seen.ts';

function docker(args: string[], input?: Uint8Array): Buffer {
  const { status, stdout, stderr } = spawnSync('docker', args, {
    maxBuffer: 1 << 30,
    ...(input && { input }),
  });
  if (status !== 0) throw new Error(stderr.toString().trim());
  return stdout;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function seen(name: string): Promise<Seen> {
  try {
    docker(['load', '-q'], archiveOf(name));
    const id = docker(['create', '--platform', 'linux/386', tagOf(name)])
      .toString()
      .trim();
    const files = await seenIn(once(docker(['export', id])));
    docker(['rm', id]);
    docker(['rmi', tagOf(name)]);
    return files;
  } catch (error) {
    return { error: (error as Error).message.replace(/\/\S*\/overlay2\/\S+?\/diff/g, '').slice(0, 200) };
  }
}

const all: Record<string, Seen> = {};
for (const name of Object.keys(cases)) all[name] = await seen(name);
writeFileSync(join(import.meta.dirname, 'recorded.json'), `${JSON.stringify(all, undefined, 2)}\n`);
