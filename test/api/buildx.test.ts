/** `docker build` of Docker's own client as people have it, with buildx, against the headless engine. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { clientProgram, isThere } from './clients.ts';
import { engineForFile, type Finished } from './engine.ts';

const engine = engineForFile();

function docker(args: readonly string[], input?: string | Uint8Array): Promise<Finished> {
  return engine().client('docker 28').run(args, input);
}

/** A directory with a Dockerfile and other files. */
function context(name: string, dockerfile: string, files: Record<string, string | Uint8Array> = {}): string {
  const folder = join(engine().folder, name);
  mkdirSync(folder);
  for (const [path, content] of Object.entries({ ...files, Dockerfile: dockerfile })) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** Builds, and gives what the progress says. */
async function build(args: readonly string[], input?: string | Uint8Array): Promise<string> {
  const { code, stderr } = await docker(['build', '--progress', 'plain', ...args], input);
  if (code !== 0) throw new Error(`exit code ${code}\n${stderr}`);
  return stderr;
}

/** Builds a Dockerfile that cannot be built, and gives what is said. */
async function fails(dockerfile: string, ...options: string[]): Promise<string> {
  const { code, stderr } = await docker(['build', '--progress', 'plain', ...options, '-'], dockerfile);
  expect(code).toBe(1);
  return stderr;
}

test.skipIf(!isThere('docker 20.10'))('an older client, whose BuildKit is its own', async () => {
  const folder = context(
    'older',
    'FROM busybox\nCOPY . /c/\nRUN --mount=type=secret,id=s cat /c/a /run/secrets/s\n',
    {
      a: 'A',
      s: 'S',
    },
  );
  const client = engine().client('docker 20.10');
  const args = [
    'build',
    '--progress',
    'plain',
    '-t',
    'older',
    '--secret',
    `id=s,src=${join(folder, 's')}`,
    folder,
  ];
  const { code, stderr } = await engine().run('env', ['DOCKER_BUILDKIT=1', client.program, ...args]);
  expect(stderr).toContain(' AS');
  expect(code).toBe(0);
  expect((await engine().bottleship.engine.imageInspect('older')).RepoTags).toEqual(['older:latest']);
});

describe.skipIf(!isThere('docker 28') || !isThere('docker-buildx'))('docker build with buildx', () => {
  beforeAll(() => {
    const plugins = join(engine().folder, '.docker/cli-plugins');
    mkdirSync(plugins, { recursive: true });
    symlinkSync(clientProgram('docker-buildx'), join(plugins, 'docker-buildx'));
  });

  test('a directory: what is left out, links, large files, many files, and what has changed', async () => {
    const large = randomBytes(1_500_000);
    const sum = createHash('sha256').update(large).digest('hex');
    const many = Object.fromEntries([...Array(100).keys()].map((at) => [`many/${at}`, `${at}\n`]));
    const folder = context(
      'tree',
      'FROM busybox\nCOPY . /c/\nRUN sha256sum /c/large; cat /c/many/* | wc -l; cat /c/link; ls -a /c /c/no\n',
      {
        large,
        'no/out': '',
        'no/in': '',
        '.dockerignore': 'no/*\n!no/in\n',
        empty: '',
        ümlaut: 'ü\n',
        ...many,
      },
    );
    symlinkSync('ümlaut', join(folder, 'link'));
    const first = await build(['-t', 'tree', '--iidfile', join(engine().folder, 'id'), folder]);
    expect(first).toContain(`${sum}  /c/large`);
    expect(first).toMatch(/ 100\n.* ü\n/);
    expect(first).toMatch(/ in\n/);
    expect(first).not.toMatch(/ out\n/);
    const id = readFileSync(join(engine().folder, 'id'), 'utf8');
    const inspected = await engine().bottleship.engine.imageInspect('tree');
    expect(inspected.Id).toBe(id);
    const again = await build(['-t', 'tree', folder]);
    expect(again).toMatch(/COPY \. \/c\/\n#\d+ CACHED/);
    writeFileSync(join(folder, 'many/7'), 'seven\nand more\n');
    const changed = await build(['-t', 'tree', folder]);
    expect(changed).toMatch(/ 101\n/);
    expect(changed).toContain(`${sum}  /c/large`);
  });

  test('arguments, labels, targets, secrets, named contexts and limits', async () => {
    const folder = context(
      'options',
      'FROM busybox AS one\nARG V\nARG W\nCOPY --from=other x /x\n' +
        'RUN --mount=type=secret,id=s,env=S echo "v=$V w=$W s=$S x=$(cat /x)"; grep elsewhere /etc/hosts; ulimit -n\n' +
        'FROM one\nRUN exit 9\n',
      { 'other/x': 'X' },
    );
    const file = join(engine().folder, 'elsewhere.Dockerfile');
    writeFileSync(file, readFileSync(join(folder, 'Dockerfile')));
    writeFileSync(join(engine().folder, 'secret'), 'hidden');
    const secret = `id=s,src=${join(engine().folder, 'secret')}`;
    const options = `--build-arg V=1 --build-arg W --label made=here --target one -f ${file} --secret ${secret}
      --add-host elsewhere:10.1.2.3 --ulimit nofile=100:200 --build-context other=${join(folder, 'other')} -t a -t b:2`;
    const said = await build([...options.split(/\s+/), folder]);
    expect(said).toMatch(/ v=1 w= s=hidden x=X\n.* 10\.1\.2\.3\s+elsewhere\n.* 100\n/);
    const inspected = await engine().bottleship.engine.imageInspect('a');
    expect(inspected.Config?.Labels).toMatchObject({ made: 'here' });
    expect(inspected.RepoTags).toEqual(['a:latest', 'b:2']);
  });

  test('standard input: a Dockerfile, and a tar', async () => {
    expect(await build(['-t', 'alone', '-'], 'FROM busybox\nRUN echo made of nothing\n')).toContain(
      'made of nothing',
    );
    const folder = context('packed', 'FROM busybox\nCOPY a /a\nRUN cat /a\n', { a: 'in a tar' });
    const tar = await engine().run('sh', ['-c', `tar -c -C ${folder} . | base64 -w0`]);
    expect(await build(['-'], Buffer.from(tar.stdout, 'base64'))).toContain('in a tar');
  });

  test('failures: of a command, a syntax, a file, an option', async () => {
    const command = await fails('FROM busybox\nRUN echo said; exit 7\n');
    expect(command).toContain('   2 | >>> RUN echo said; exit 7\n');
    expect(command).toContain('did not complete successfully: exit code: 7\n');
    expect(await fails('FROM busybox\nNOPE\n')).toContain('unknown instruction: NOPE');
    expect(await fails('FROM busybox\nCOPY none /\n')).toContain('"/none": not found');
    expect(await fails('FROM busybox\n', '--target', 'none')).toContain(
      'target stage "none" could not be found',
    );
    expect(await fails('FROM busybox\n', '--platform', 'linux/arm64')).toContain('linux/386 only');
    expect(await fails('FROM busybox\nRUN --mount=type=secret,id=no,required=true true\n')).toContain(
      'secret no: not found',
    );
    expect(await fails('FROM busybox\n', '-o', 'type=tar,dest=x')).toContain(
      'exporter "tar" could not be found',
    );
    expect(await fails('FROM busybox\n', '--check')).toContain('unsupported request');
  });

  test('a client that is interrupted gives its build up', async () => {
    const folder = context('slow', 'FROM busybox\nRUN echo begun; sleep 1000\n');
    const client = engine().client('docker 28').start('build', '-t', 'slow', folder);
    let failure: string | undefined;
    for await (const view of await engine().bottleship.engine.buildWatch()) {
      if (!view.title.includes('slow')) continue;
      if (view.steps.some(({ output }) => output?.includes('begun'))) client.kill('SIGINT');
      failure = view.failure;
      if (view.completed !== undefined) break;
    }
    expect(failure).toBe('canceled');
    expect((await client.finished).code).not.toBe(0);
  });

  test('the builder and its cache', async () => {
    expect((await docker(['buildx', 'inspect'])).stdout).toMatch(
      /Status: +running\n[^]*Platforms: +linux\/386\n/,
    );
    expect((await docker(['buildx', 'du'])).stdout).toMatch(/Total:\s+\d/);
    expect((await docker(['builder', 'prune', '-af'])).stdout).toMatch(/Total:\s+\d/);
    expect((await docker(['buildx', 'du'])).stdout).toMatch(/Total:\s+0B/);
  });
});
