/**
 * Records what a real engine makes of special files:
 * `DOCKER_HOST=unix:///... node --import tsx test/boot/special-files/record.ts`. recorded.json is of Docker Engine 28.5.2 with
 * overlay2 on ext4.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { archive, args, command, folder, image, type Recorded } from './files.ts';
import { headersIn } from './headers.ts';
import { blobIn } from './saved.ts';

function docker(words: string[], input?: Uint8Array): Buffer {
  const { status, stdout, stderr } = spawnSync('docker', words, {
    maxBuffer: 1 << 30,
    ...(input && { input }),
  });
  if (status !== 0) throw new Error(stderr.toString().trim());
  return stdout;
}

const name = 'special-files';
docker(['create', '--name', name, ...args, image, ...command]);
docker(['cp', '-', `${name}:/`], await archive());
docker(['start', '-a', name]);
docker(['commit', name, `${name}:1`]);
const [diffId = ''] = JSON.parse(
  docker(['inspect', '-f', '{{json .RootFS.Layers}}', `${name}:1`]).toString(),
).slice(-1) as string[];
docker(['create', '--name', `${name}-again`, `${name}:1`]);
const recorded: Recorded = {
  diffId,
  layer: headersIn(await blobIn(docker(['save', `${name}:1`]), diffId), folder),
  export: headersIn(docker(['export', name]), folder),
  again: headersIn(docker(['export', `${name}-again`]), folder),
  diff: docker(['diff', name]).toString().trimEnd().split('\n').sort(),
};
docker(['rm', name, `${name}-again`]);
docker(['rmi', `${name}:1`]);
writeFileSync(join(import.meta.dirname, 'recorded.json'), `${JSON.stringify(recorded, undefined, 2)}\n`);
