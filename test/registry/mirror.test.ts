/** `npm run mirror`, and pulling from what it has filled. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStaticServer, listen } from '../../scripts/static-server.ts';
import { isThere } from '../api/clients.ts';
import { TestMachine } from '../boot/machine.ts';
import { TestRegistry, user } from './docker-registry.ts';
import { copyToRegistry, layouts } from './images.ts';

const root = mkdtempSync(join(tmpdir(), 'bottleship-mirror-'));
const folder = join(root, 'images');

async function mirror(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/mirror.ts', ...args, '--to', folder], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, DOCKER_CONFIG: root },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? -1)));
  return { code, stdout, stderr };
}

const entries = () =>
  (
    JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as {
      manifests: { digest: string; annotations: Record<string, string> }[];
    }
  ).manifests;

describe.skipIf(!isThere('docker-registry') || !isThere('skopeo'))('from a registry', () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await TestRegistry.start({ auth: 'basic' });
    await copyToRegistry(registry, layouts.busybox, 'course/box:1');
    await copyToRegistry(registry, layouts.helloWorld, 'course/hello:1');
  });
  afterAll(() => registry.stop());

  test('what needs a password is refused without one', async () => {
    const { code, stderr } = await mirror(`${registry.host}/course/box:1`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^mirror: \S+\/course\/box:1: no basic auth credentials$/m);
  });

  test('with what docker login has left it comes, under its own name and digest', async () => {
    const auth = Buffer.from(`${user.username}:${user.password}`).toString('base64');
    writeFileSync(join(root, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
    const { code, stdout, stderr } = await mirror(
      `${registry.host}/course/box:1`,
      `hello:1=${registry.host}/course/hello:1`,
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S+\/course\/box:1: 1 layer, 1\.\d+MB\nhello:1: 1 layer, [\d.]+kB\n$/);
    expect(entries().map(({ digest }) => digest)).toEqual([
      layouts.busybox.digest,
      layouts.helloWorld.digest,
    ]);
  });

  test('what there is not is said, and the rest comes', async () => {
    const { code, stderr } = await mirror(
      `${registry.host}/course/none:1`,
      `app:1=${registry.host}/course/hello:1`,
    );
    expect(code).toBe(1);
    expect(stderr).toContain('course/none:1: manifest unknown');
    expect((await mirror('--list')).stdout).toContain('docker.io/library/app:1\n');
  });
});

describe('from files', () => {
  let machine: TestMachine;
  let server: ReturnType<typeof createStaticServer>;
  let address = '';
  const requests: string[] = [];

  /** The folder beside the page, and again on another site where it has a name of its own. */
  const configuration = () =>
    JSON.stringify({ registries: ['registry/', 'images', { url: address, name: 'tutorials.example' }] });

  beforeAll(async () => {
    server = createStaticServer(root);
    server.on('request', ({ url = '' }) => requests.push(url));
    address = `http://127.0.0.1:${await listen(server, 0)}/images`;
    machine = await TestMachine.start({
      answer: (path) => {
        if (path === 'config.json') return new Response(configuration());
        if (!path.startsWith('images/')) return undefined;
        try {
          return new Response(readFileSync(join(root, path)));
        } catch {
          return new Response(null, { status: 404 });
        }
      },
    });
  });
  afterAll(async () => {
    await machine?.stop();
    server.close();
    rmSync(root, { recursive: true });
  });

  test('an archive that docker save has made', async () => {
    const tar = join(root, 'saved.tar');
    await machine.out('docker pull -q hello-world; docker tag hello-world course/saved:1');
    await machine.out('docker tag hello-world course/saved:2');
    const saved = await machine.bottleship.engine.imageSave(['course/saved:1', 'course/saved:2']);
    const pieces: Uint8Array[] = [];
    for await (const piece of saved) pieces.push(piece);
    writeFileSync(tar, Buffer.concat(pieces));
    await machine.out('docker rmi -f $(docker images -q)');
    const first = await mirror(tar);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const digests = new Set(
      entries()
        .filter(({ annotations }) => annotations['io.containerd.image.name']?.includes('course/saved'))
        .map(({ digest }) => digest),
    );
    expect(digests.size).toBe(1);
    // The second time the same bytes come out.
    await mirror(tar);
    expect(entries().some(({ digest }) => digests.has(digest))).toBe(true);
  });

  test('a layout whose images have names', async () => {
    const { code, stdout } = await mirror(`oci:${layouts.busybox.folder}`);
    expect(code).toBe(0);
    expect(stdout).toContain('busybox:latest: 1 layer');
  });

  test('its images are pulled before any registry is asked', async () => {
    expect(await machine.out('docker run --rm course/saved:1 | head -n 2')).toContain('Hello from Docker!');
    expect(machine.requests.some((path) => path.startsWith('images/blobs/'))).toBe(true);
    expect(await machine.out('docker pull -a -q course/saved')).toBe('docker.io/course/saved');
    expect(await machine.out("docker images course/saved --format '{{.Tag}}' | sort")).toBe('1\n2');
  });

  test('a folder of another site with a name of its own', async () => {
    expect(requests).toEqual([]);
    const text = await machine.out('docker pull tutorials.example/course/saved:2');
    expect(text).toMatch(/^2: Pulling from course\/saved\n/);
    expect(text).toMatch(/Status: Downloaded newer image for tutorials.example\/course\/saved:2\n/);
    expect(requests.some((url) => url.includes('/blobs/'))).toBe(true);
    const missing = await machine.sh('docker pull tutorials.example/nothing');
    expect(missing.stderr).toContain('pull access denied for tutorials.example/nothing');
  });

  test('by a digest', async () => {
    const digest = entries().find(({ annotations }) =>
      annotations['io.containerd.image.name']?.includes('course/saved'),
    )?.digest;
    expect(await machine.out(`docker pull course/saved@${digest}`)).toContain(`Digest: ${digest}`);
    expect((await machine.sh(`docker pull busybox@${digest}`)).code).toBe(1);
  });

  test('a folder that cannot be reached does not stop those after it', async () => {
    const other = await TestMachine.start({
      answer: (path) =>
        path === 'config.json'
          ? new Response(JSON.stringify({ registries: ['nowhere', 'registry/'] }))
          : undefined,
    });
    try {
      expect(await other.out('docker run --rm busybox echo works')).toBe('works');
      expect((await other.sh('docker pull nothing')).stderr).toContain('nowhere/index.json: 404');
    } finally {
      await other.stop();
    }
  });
});
