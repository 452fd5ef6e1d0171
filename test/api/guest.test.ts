/** Programs of the guest against /var/run/docker.sock: the real client, for the guest's processor. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packTar, type TarEntry } from 'modern-tar';
import { expect, test } from 'vitest';
import { TestMachine } from '../boot/machine.ts';
import { clientFolder, clientProgram, isThere } from './clients.ts';

const client = 'docker 20.10 for i386';
const libraries = join(clientFolder(client), 'lib/i386-linux-gnu');

/** An image of the client and what it is linked against, as `docker save` writes one. */
async function clientImage(): Promise<Uint8Array> {
  const layer = await packTar([
    file('bin/docker', readFileSync(clientProgram(client))),
    file('lib/ld-linux.so.2', readFileSync(join(libraries, 'ld-linux.so.2'))),
    ...readdirSync(libraries)
      .filter((name) => /^lib(c|pthread|resolv|dl)\.so\.\d$/.test(name))
      .map((name) => file(`lib/${name}`, readFileSync(join(libraries, name)))),
  ]);
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', new Uint8Array(layer))).toString('hex');
  const config = JSON.stringify({
    architecture: '386',
    os: 'linux',
    config: { Env: ['PATH=/bin'], Entrypoint: ['docker'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  });
  const manifest = [{ Config: 'config.json', RepoTags: ['client:latest'], Layers: ['layer.tar'] }];
  return packTar([
    file('manifest.json', Buffer.from(JSON.stringify(manifest))),
    file('config.json', Buffer.from(config)),
    file('layer.tar', layer),
  ]);
}

function file(name: string, body: Uint8Array): TarEntry {
  return { header: { name, size: body.length, mode: 0o755 }, body };
}

test.skipIf(!isThere(client))('the i386 client, in a container that the socket is mounted into', async () => {
  const machine = await TestMachine.start();
  try {
    const image = await clientImage();
    const loaded = await machine.bottleship.engine.imageLoad(
      (async function* () {
        yield image;
      })(),
    );
    for await (const message of loaded) expect(message.error).toBeUndefined();
    await machine.out('docker pull -q busybox');
    const docker = 'docker run --rm -i -v /var/run/docker.sock:/var/run/docker.sock client';
    expect(await machine.out(`${docker} version --format '{{.Client.Arch}} {{.Server.Version}}'`)).toBe(
      '386 28.5.2',
    );
    const script = 'cat; echo error >&2; exit 3';
    expect(
      await machine.sh(`${docker} run --rm -i busybox sh -c '${script}'`, 'through the socket\n'),
    ).toEqual({
      code: 3,
      stdout: 'through the socket\n',
      stderr: 'error\n',
    });
    expect(await machine.out('ls -l /var/run/docker.sock')).toMatch(/^srw-rw----/);
  } finally {
    await machine.stop();
  }
});
