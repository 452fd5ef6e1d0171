/** Cache mounts of builds: kept with the stores, so a further machine on them, which is what a reload is, has them, too. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HeadlessStores, memoryStores } from '../../scripts/headless/start.ts';
import type { ContentStore } from '../../worker/content/contentstore.ts';
import { LocalLocks } from '../../worker/content/locallocks.ts';
import { StorageFullError } from '../../worker/content/storagefull.ts';
import type { Engine } from '../../worker/engine/engine.ts';
import { TestMachine } from './machine.ts';

const stores = memoryStores();
let machine: TestMachine;

beforeAll(async () => {
  machine = await start();
  await machine.out('docker pull -q busybox');
});

afterAll(() => machine.stop());

/** With locks of its own: what a tab held is free when it is closed. */
const start = (more: Partial<HeadlessStores> = {}) =>
  TestMachine.start({ stores: { ...stores, locks: new LocalLocks(), ...more } });

/** A new machine in the place of the one before: only what is kept is still there. */
async function reload(more: Partial<HeadlessStores> = {}): Promise<void> {
  await machine.stop();
  machine = await start(more);
}

/** A store with no room for a blob of more than a MB. */
function smallStore(content: ContentStore): ContentStore {
  const writer: ContentStore['writer'] = async (...request) => {
    const real = await content.writer(...request);
    let left = 2 ** 20;
    return new Proxy(real, {
      get(target, name) {
        if (name !== 'write') return bound(target, name);
        return (chunk: Uint8Array) => {
          left -= chunk.length;
          return left < 0 ? Promise.reject(new StorageFullError(undefined)) : target.write(chunk);
        };
      },
    });
  };
  return new Proxy(content, { get: (target, name) => (name === 'writer' ? writer : bound(target, name)) });
}

function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name, target);
  return typeof value === 'function' ? value.bind(target) : value;
}

let count = 0;

/** What a command writes that has a cache mounted on /c. */
async function using(command: string, { on = machine, mount = 'id=c' } = {}): Promise<string> {
  count += 1;
  const dockerfile = `FROM busybox\nRUN --mount=type=cache,target=/c,${mount} : ${count}; ${command}\n`;
  const { code, stderr } = await on.sh(
    `cd $(mktemp -d); cat > Dockerfile <<'END'\n${dockerfile}END\ndocker build --progress=plain .`,
  );
  expect(code, stderr).toBe(0);
  return stderr;
}

/** The lines that the command wrote. */
const lines = (output: string) =>
  [...output.matchAll(/^#\d+ \d+\.\d{3} (.*)$/gm)].map(([, line]) => line).join('\n');

const caches = () =>
  stores.metadata.entries('cache-mount:') as Promise<[name: string, { layers: unknown[] }][]>;

const largeBlobs = async () => (await stores.content.list()).filter(({ size }) => size >= 3_000_000).length;

const blobs = async () => (await stores.content.list()).map(({ digest }) => digest).sort();

const tree =
  'cd /c; for f in $(find . | sort); do [ -L $f ] && echo $f to $(readlink $f) || stat -c "%n %a %u:%g %h %Y" $f; done | sed "s/^\\. .*//"; find . -type f | sort | xargs cat | md5sum';

test('what commands have written is there after a reload, as it was', async () => {
  const made = await using(
    `mkdir -p /c/d/e; head -c 300000 /dev/urandom > /c/d/big; echo a > /c/a; ln /c/a /c/b; ln -s a /c/l; chmod 4750 /c/a; chown 7:8 /c/d; touch -d @1000000000 /c/d/big; mkfifo /c/f; ${tree}`,
  );
  await reload();
  expect(lines(await using(tree))).toBe(lines(made));
});

test('what is taken away stays away, and what comes in its place is alone there', async () => {
  await using('rm -r /c/d /c/b; mkdir /c/d; echo new > /c/d/new; echo longer > /c/a');
  await reload();
  expect(lines(await using('cd /c; find . | sort; cat a'))).toBe('.\n./a\n./d\n./d/new\n./f\n./l\nlonger');
});

test('what did not change is not written again', async () => {
  const before = await caches();
  await using('cat /c/a; [ -e /c/d/new ]; touch /c/x; rm /c/x');
  expect(await caches()).toEqual(before);
});

test('a time keeps its fraction, a root its owner, and a private cache is its own', async () => {
  const mount = 'id=p,uid=5,gid=6,mode=0701,sharing=private';
  const made = await using('touch /c/now; chmod 711 /c; stat -c "%a %u:%g" /c; stat -c %y /c/now', { mount });
  await reload();
  expect(lines(await using('stat -c "%a %u:%g" /c; stat -c %y /c/now', { mount }))).toBe(lines(made));
  expect(lines(made)).toMatch(/^711 5:6\n/);
});

test('a cache that begins with an image’s files does so once', async () => {
  const mount = 'id=from,from=busybox,source=/bin';
  await using('rm /c/true; echo x > /c/x', { mount });
  await reload();
  expect(lines(await using('cd /c; ls true false x 2>/dev/null || true', { mount }))).toBe('false\nx');
});

test('commands at the same time share what was kept', async () => {
  await using('echo kept > /c/kept', { mount: 'id=s' });
  await reload();
  const cached = 'RUN --mount=type=cache,id=s,target=/c';
  const dockerfile = `FROM busybox AS one
${cached} touch /c/one; until [ -e /c/two ]; do sleep 0.1; done; cat /c/kept
FROM busybox AS two
${cached} touch /c/two; until [ -e /c/one ]; do sleep 0.1; done; cat /c/kept
FROM scratch
COPY --from=one /bin/true /1
COPY --from=two /bin/true /2`;
  const { code, stderr } = await machine.sh(
    `cd $(mktemp -d); cat > Dockerfile <<'END'\n${dockerfile}\nEND\ndocker build --progress=plain .`,
  );
  expect(code, stderr).toBe(0);
  await reload();
  expect(lines(await using('ls /c', { mount: 'id=s' }))).toBe('kept\none\ntwo');
});

test('what is written over and over is kept once', async () => {
  const [known, large] = [await caches(), await largeBlobs()];
  const write = 'head -c 3000000 /dev/urandom > /c/big; md5sum < /c/big';
  let written = '';
  for (let i = 0; i < 3; i += 1)
    written = lines(await using(`echo ${i} > /c/n${i}; ${write}`, { mount: 'id=o' }));
  await reload();
  expect(lines(await using('md5sum < /c/big; cat /c/n*', { mount: 'id=o' }))).toBe(`${written}\n0\n1\n2`);
  const made = (await caches()).find(([name]) => !known.some(([other]) => other === name));
  expect(made?.[1].layers).toHaveLength(1);
  expect((await largeBlobs()) - large).toBe(1);
});

test('a machine sees what another one has kept, and neither spoils the other’s', async () => {
  const locks = new LocalLocks();
  await reload({ locks });
  const other = await start({ locks });
  try {
    const mount = 'id=two';
    await using('echo here > /c/x', { mount });
    expect(lines(await using('cat /c/x; echo there > /c/y', { mount, on: other }))).toBe('here');
    expect(lines(await using('cat /c/y', { mount }))).toBe('there');
    await Promise.all([
      using('rm /c/x; echo 1 > /c/1; echo 1 > /c/both', { mount }),
      using('echo 2 > /c/2; echo 2 > /c/both', { mount, on: other }),
    ]);
    // One of them counts, whole.
    expect(lines(await using('cd /c; echo *; cat both', { mount }))).toMatch(
      /^(1 both y\n1|2 both x y\n2)$|both/,
    );
    await using('echo more > /c/more', { mount, on: other });
    // Pruned by one, it is still good in the other, which has it in use.
    await machine.out('docker builder prune -af --filter type=exec.cachemount');
    expect(lines(await using('cat /c/more', { mount, on: other }))).toBe('more');
  } finally {
    await other.stop();
  }
});

test('with a full disk the build succeeds and says what was not kept; what was kept before is there', async () => {
  await using('echo old > /c/old', { mount: 'id=full' });
  await reload({ content: smallStore(stores.content) });
  const output = await using('cat /c/old; echo new > /c/new; head -c 2000000 /dev/zero > /c/big', {
    mount: 'id=full',
  });
  expect(output).toMatch(/cached mount \/c from exec .* is not kept over a reload: no space left on device/);
  expect(lines(await using('cat /c/old /c/new', { mount: 'id=full' }))).toBe('old\nnew');
  await reload();
  expect(lines(await using('cd /c; echo *', { mount: 'id=full' }))).toBe('old');
});

test('prune takes caches that were kept, with all they hold', async () => {
  await reload();
  const listed = 'docker system df -v --format "{{json .BuildCache}}" | grep -o exec.cachemount | wc -l';
  expect(Number(await machine.out(listed))).toBeGreaterThan(0);
  await machine.out('docker builder prune -af');
  expect(await machine.out(listed)).toBe('0');
  expect(await stores.metadata.entries('cache-mount:')).toEqual([]);
  await machine.out('docker image prune -af');
  // What another machine still used is left to the sweep.
  await (machine.bottleship.engine as Engine).sweep(-1000);
  expect(await blobs()).toEqual([]);
});
