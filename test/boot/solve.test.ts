/** `docker build` as BuildKit does it: commands in real containers, mounts, secrets, what is cancelled and what goes wrong. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { SolveStatus } from '../../worker/protocol/engine-api.ts';
import { added, atRest, type Counts } from './counts.ts';
import { machineForFile } from './machine.ts';
import { key } from './terminal.ts';

const machine = machineForFile();
const engine = () => machine().bottleship.engine;
const out = (script: string) => machine().out(script);

/** A build of a Dockerfile in an empty directory of its own, with these lines of shell before. */
const build = (dockerfile: string, flags = '', before = '') =>
  machine().sh(
    `rm -rf /root/ctx; mkdir /root/ctx; cd /root/ctx; ${before}\ncat > Dockerfile <<'END_OF_FILE'\n${dockerfile}\nEND_OF_FILE\n` +
      `docker build --progress=plain ${flags} .`,
  );

/** What takes longer is shown before it is done, too: `#6 transferring context: 2B 0.1s`. */
const withoutBetween = (text: string) => {
  const lines = text.split('\n');
  const ends = new Set(lines.filter((line) => line.endsWith(' done')));
  return lines.filter((line) => !ends.has(`${line.replace(/ T$/, '')} done`)).join('\n');
};

const masked = (text: string) =>
  withoutBetween(
    text
      .replaceAll(/\d+\.\d{3} /g, 'T ')
      .replaceAll(/\d+\.\ds/g, 'T')
      .replaceAll(/ \d+B/g, ' NB')
      .replaceAll(/ T done/g, ' done')
      .replaceAll(/[0-9a-f]{64}/g, 'ID'),
  );

/** By each step what is said of it, after its name; steps that do not need each other may go on at once. */
function steps(text: string): Record<string, string[]> {
  const byNumber = new Map<string, string[]>();
  for (const [, number = '', line = ''] of masked(text).matchAll(/^#(\d+) (.*)$/gm))
    byNumber.set(number, [...(byNumber.get(number) ?? []), line]);
  return Object.fromEntries(
    [...byNumber].map(([number, lines]) => {
      const [name = '', ...said] = number === '0' ? ['', ...lines] : lines;
      // Where another one came in between, `...` says so, and it is named again.
      return [name, said.filter((line) => line !== name && line !== '...')];
    }),
  );
}

const mounting = (n: number) => `FROM busybox
RUN --mount=type=cache,target=/cache,uid=7,mode=0700 echo ${n} >> /cache/log; cat /cache/log; stat -c %u:%a /cache
RUN --mount=target=/ctx --mount=from=busybox,source=/bin,target=/b,rw touch /b/new && ls /ctx && ls /b/new
RUN --mount=type=tmpfs,target=/t,size=64k touch /t/x; grep -c '/t tmpfs' /proc/mounts
RUN <<EOF
#!/bin/cat
this is no shell
EOF`;

const isBegun = ({ logs = [] }: SolveStatus) => logs.length > 0;

const sent = ({ stderr }: { stderr: string }) =>
  [...stderr.matchAll(/transferring context: (\S+)(?: \S+s)? done\n/g)].at(-1)?.[1];

const census = () => machine().census();

test('what BuildKit prints, step by step, and the same again from the cache', async () => {
  await out('docker pull -q busybox');
  const dockerfile =
    'FROM busybox\nARG VER=1\nRUN echo "building $VER"\nCOPY . /c/\nRUN cat /c/a; echo; exit 0';
  const first = await build(dockerfile, '-t shown --build-arg VER=3', 'echo a > a');
  expect(first).toMatchObject({ code: 0, stdout: '' });
  expect(steps(first.stderr)).toEqual({
    '': ['building with "default" instance using docker driver'],
    '[internal] load build definition from Dockerfile': ['transferring dockerfile: NB done', 'DONE T'],
    '[internal] load metadata for docker.io/library/busybox:latest': ['DONE T'],
    '[internal] load .dockerignore': ['transferring context: NB done', 'DONE T'],
    '[1/4] FROM docker.io/library/busybox:latest': ['DONE T'],
    '[internal] load build context': ['transferring context: NB done', 'DONE T'],
    '[2/4] RUN echo "building 3"': ['T building 3', 'DONE T'],
    '[3/4] COPY . /c/': ['DONE T'],
    '[4/4] RUN cat /c/a; echo; exit 0': ['T a', 'T ', 'DONE T'],
    'exporting to image': [
      'exporting layers done',
      'writing image sha256:ID done',
      'naming to docker.io/library/shown done',
      'DONE T',
    ],
  });
  const again = await machine().sh(
    'cd /root/ctx; docker build -q --build-arg VER=3 .; docker images -q --no-trunc shown',
  );
  const [one, two] = again.stdout.trim().split('\n');
  expect(one).toBe(two);
  expect(await out('docker ps -aq; docker history -q shown | grep -c missing')).toBe('5');
});

test('a terminal is shown each step on a line of its own, written over as it goes on', async () => {
  await out(`rm -rf /root/ctx; mkdir /root/ctx; cd /root/ctx; echo a > a
printf 'FROM busybox\nRUN echo said; sleep 1000; true\nCOPY a /\n' > Dockerfile`);
  const terminal = await machine().terminal({ rows: 30, cols: 100 });
  await terminal.run('docker build --progress=tty -t tty /root/ctx; echo code $?', / => => # said +\r\n/);
  // It has been shown for as long as it ran.
  await out('until kill $(pidof sleep) 2> /dev/null; do usleep 1000; done');
  const shown = await terminal.expect(
    /\[\+\] Building \d+\.\ds \(8\/8\) FINISHED +docker:default\r\n([^]*?)code 0/,
  );
  const lines = (shown[1] ?? '').replaceAll(/ +\d+\.\ds\r\n/g, '\n').split('\n');
  const wanted = [
    '[1/3] FROM docker.io/library/busybox:latest',
    '[2/3] RUN echo said; sleep 1000; true',
    '[3/3] COPY a /',
  ];
  expect(lines).toEqual(
    expect.arrayContaining(wanted.map((step) => expect.stringContaining(` => ${step}`) as string)),
  );
  expect(lines.at(-2)?.trim()).toBe('=> => naming to docker.io/library/tty');
  terminal.hangUp();
});

test('rawjson: every status is a line that a program can read', async () => {
  const { code, stderr } = await build('FROM busybox\nRUN echo said; echo bad >&2', '--progress=rawjson');
  expect(code).toBe(0);
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, object[]>);
  const all = (name: string) => lines.flatMap((line) => line[name] ?? []) as Record<string, string>[];
  const run = all('vertexes').filter(({ name }) => name?.startsWith('[2/2] RUN echo said'));
  expect(run.at(-1)).toMatchObject({ digest: expect.stringMatching(/^sha256:/) as string });
  expect(Date.parse(run.at(-1)?.['completed'] ?? '')).toBeGreaterThanOrEqual(
    Date.parse(run.at(-1)?.['started'] ?? ''),
  );
  const logs = all('logs').map(({ data = '', stream }) => [stream, Buffer.from(data, 'base64').toString()]);
  expect(logs).toHaveLength(2);
  expect(logs).toEqual(
    expect.arrayContaining([
      [1, 'said\n'],
      [2, 'bad\n'],
    ]),
  );
  expect(new Set(all('logs').map(({ vertex }) => vertex))).toEqual(new Set([run[0]?.['digest']]));
  expect(all('statuses').some(({ id }) => id?.startsWith('writing image sha256:'))).toBe(true);
});

test('a failing command: its output, the lines of the Dockerfile, exit code 1, and what worked is kept', async () => {
  const failed = await build('FROM busybox\nRUN echo first\nRUN echo last words; exit 7\nEXPOSE 80');
  expect(failed.code).toBe(1);
  expect(failed.stderr.replaceAll(/\d+\.\d{3} /g, '')).toContain(`------
 > [3/3] RUN echo last words; exit 7:
last words
------
Dockerfile:3
--------------------
   1 |     FROM busybox
   2 |     RUN echo first
   3 | >>> RUN echo last words; exit 7
   4 |     EXPOSE 80
   5 |     
--------------------
ERROR: failed to build: failed to solve: process "/bin/sh -c echo last words; exit 7" did not complete successfully: exit code: 7
`);
  expect((await build('FROM busybox\nRUN echo first')).stderr).toContain('RUN echo first\n#5 CACHED\n');
});

test('mounts: a cache that stays, files of the context and of images, tmpfs, a script with its interpreter', async () => {
  expect((await build(mounting(1), '', 'echo a > a')).stderr).toMatch(
    / 1\n[^]* 7:700\n[^]* Dockerfile\n[^]* a\n[^]*\/b\/new\n[^]* 1\n[^]* this is no shell\n/,
  );
  const second = await build(mounting(2), '-t mounted', 'echo a > a');
  expect(second.stderr).toMatch(/ 1\n#\d+ \S+ 2\n/);
  // What was made only to be mounted on is in no layer.
  expect(
    await out(
      'docker run --rm mounted sh -c "ls -d /cache /ctx /b /t /dev/pipes 2>/dev/null; ls /b 2>&1; true"',
    ),
  ).toBe('ls: /b: No such file or directory');
});

test('secrets reach the command, and neither a layer nor the history nor the disk', async () => {
  const dockerfile = `FROM busybox
RUN --mount=type=secret,id=token --mount=type=secret,id=name,env=NAME echo "$(cat /run/secrets/token)$NAME" | md5sum && stat -c %a /run/secrets/token`;
  const built = await build(
    dockerfile,
    '--secret id=token,src=/root/token --secret id=name,env=WHO -t secretive',
    'printf hush-hush- > /root/token; export WHO=me',
  );
  expect(built).toMatchObject({ code: 0 });
  const seen = createHash('md5').update('hush-hush-me\n').digest('hex');
  expect(built.stderr).toMatch(new RegExp(` ${seen}  -\n#\\d+ \\S+ 400\n`));
  const found = await machine().sh(
    'rm /root/token; docker save secretive | grep -c hush-hush; docker history --no-trunc secretive | grep -c hush-hush; grep -rc hush-hush /var/lib/docker/volumes /var/lib/docker/overlay2 | grep -v :0',
  );
  expect(found.stdout).toBe('0\n0\n');
});

test('a context in the folder that is shared with the page is what it is through the machine', async () => {
  await out(`until grep -q work9p /proc/mounts; do sleep 0.1; done; mkdir -p /root/work/s/sub/deep /root/work/s/empty /root/work/s/out /root/work/s/m; cd /root/work/s
    echo 1 > a; head -c 300000 /dev/urandom > sub/big; : > sub/deep/none; echo "ü" > "sub/a b ü"; chmod 4751 a; chmod 700 sub
    ln -s a link; ln -s /nowhere dangling; ln -s sub way; echo x > out/x; echo y > out/y; echo z > out/z; chown 7:8 out/y
    touch -d @1234567890 sub/deep; printf 'out\\n!out/y\\n*.tmp\\nm/*\\n' > .dockerignore; echo t > t.tmp
    printf 'FROM scratch\\nCOPY . /c/\\nCOPY way/big l*k /d/\\n' > Dockerfile`);
  const again = 'cd /root/work/s && docker build --progress=plain .';
  const near = await machine().sh(again);
  expect(near).toMatchObject({ code: 0 });
  expect(sent(near)).toMatch(/^300\.\d+kB$/);
  // Where something else is mounted in between the machine is asked for all.
  await out('mount --bind /root/work/s/m /root/work/s/m');
  const far = await machine().sh(again);
  await out('umount /root/work/s/m');
  expect([...far.stderr.matchAll(/CACHED/g)]).toHaveLength(2);
  expect(far.stderr).not.toMatch(/transferring context: \S+kB/);
  await out('echo more > /root/work/s/sub/more; chmod 600 /root/work/s/out/y');
  const changed = await machine().sh(again);
  await out('rm -r /root/work/s');
  expect(changed.stderr).not.toContain('CACHED');
  // Of the one whose mode has changed, too.
  expect(sent(changed)).toBe('7B');
});

test('independent stages do not wait for each other', async () => {
  const dockerfile = `FROM busybox AS one
RUN --mount=type=cache,target=/m touch /m/one; until [ -e /m/two ]; do sleep 0.1; done
FROM busybox AS two
RUN --mount=type=cache,target=/m touch /m/two; until [ -e /m/one ]; do sleep 0.1; done
FROM scratch
COPY --from=one /bin/true /1
COPY --from=two /bin/true /2`;
  expect(await build(dockerfile)).toMatchObject({ code: 0 });
});

test('Ctrl-C ends what runs and leaves nothing', async () => {
  await out(
    "mkdir -p /root/c && cd /root/c && printf 'FROM busybox\\nRUN echo kept > /k\\nRUN echo started; sleep 1000' > Dockerfile",
  );
  const terminal = await machine().terminal({ rows: 24, cols: 120 });
  const before = await atRest(counts);
  terminal.type(`docker build --progress=plain /root/c${key.enter}`);
  await terminal.expect(' started\r\n');
  terminal.type(key.ctrlC);
  await terminal.prompt();
  await machine().until('ps | grep "[s]leep 1000" | wc -l; docker ps -aq', '0');
  await expect.poll(async () => added(before, await counts())).toEqual({});
  const again = await machine().sh(
    'cd /root/c && sed -i "s/; sleep 1000//" Dockerfile && docker build --progress=plain . 2>&1',
  );
  expect(again.stdout).toContain('RUN echo kept > /k\n#5 CACHED\n');
});

/** What runs in the machine. */
async function counts(): Promise<Counts> {
  const { mounts, cgroups, processes, snapshots } = await census();
  return { mounts, cgroups, processes, snapshots };
}

/** What builds have left: steps, contexts, caches, and images. */
async function kept(): Promise<unknown[]> {
  const { BuildCache, Images, LayersSize } = await engine().diskUsage(['build-cache', 'image']);
  return [BuildCache?.map(({ ID, Size }) => [ID, Size]), Images?.length, LayersSize];
}

test.each([
  ['a context is sent', 'docker build --progress=plain /root/big', /transferring context: [\d.]+MB /],
  [
    'standard input is sent',
    '(tar c /root/big | head -c 3000000; sleep 1000) | docker build --progress=plain -',
    'load build definition',
  ],
  [
    'a context is sent to the classic builder',
    'DOCKER_BUILDKIT=0 docker build /root/big',
    'environment-variable.',
  ],
])('Ctrl-C while %s leaves nothing', async (_, command, shown) => {
  await out(
    "mkdir -p /root/big && cd /root/big && truncate -s 300M big && printf 'FROM scratch\\nCOPY . /' > Dockerfile",
  );
  const terminal = await machine().terminal({ rows: 24, cols: 120 });
  const [before, keptBefore] = [await atRest(counts), await kept()];
  terminal.type(`${command}${key.enter}`);
  await terminal.expect(shown);
  terminal.type(key.ctrlC);
  await terminal.prompt();
  await machine().until('ps | grep -c "[d]ocker build"', '0');
  await expect.poll(kept).toEqual(keptBefore);
  await expect.poll(async () => added(before, await counts())).toEqual({});
});

test('a context of 2 GB is refused before it is sent', async () => {
  const before = await kept();
  await out(
    "rm -rf /root/big; mkdir /root/big && cd /root/big && truncate -s 2G big && printf 'FROM scratch\\nCOPY . /' > Dockerfile",
  );
  for (const kind of [1, 0]) {
    const { code, stdout } = await machine().sh(`cd /root/big; DOCKER_BUILDKIT=${kind} docker build . 2>&1`);
    expect(stdout).toContain('the build context is larger than 1073741824 bytes');
    expect(code).toBe(1);
  }
  expect(await kept()).toEqual(before);
});

test('a context whose names are no UTF-8 is copied as it is, and a file that another replaces is read anew', async () => {
  const before = `printf one > "$(printf 'a\\377b')"; mkdir "$(printf '\\303')"; printf two > "$(printf '\\303/x')"`;
  const dockerfile = 'FROM busybox\nCOPY . /c/\nRUN cd /c && cat a*b && echo a*b */x | od -An -c && cat */x';
  expect((await build(dockerfile, '', before)).stderr).toMatch(/ one[^]* 377 [^]* 303 [^]*two/);
  const again = await machine().sh(
    `cd /root/ctx && printf new > n && touch -r a*b n && mv n a*b && docker build --progress=plain . 2>&1`,
  );
  expect(again.stdout).toMatch(/ new[^]*two/);
});

test('a build whose statuses are given up is cancelled', async () => {
  const context = {
    tar: (async function* () {
      yield await Promise.resolve(new Uint8Array(1024));
    })(),
  };
  const statuses = await engine().imageSolve({
    context,
    dockerfileText: 'FROM busybox\nRUN echo begun; sleep 999',
  });
  for await (const status of statuses) if (isBegun(status)) break;
  await machine().until('ps | grep "[s]leep 999" | wc -l', '0');
});

test('a command that eats the memory it may have is killed, and the machine lives', async () => {
  const failed = await build('FROM busybox\nRUN tail -c 200m /dev/zero > /dev/null', '-m 32m');
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain('did not complete successfully: exit code: 137');
  expect(await out('docker run --rm busybox echo alive')).toBe('alive');
});

test('links in the context lead nowhere outside of it', async () => {
  const before =
    'echo outside > /root/outside; ln -s /root/outside abs; ln -s ../outside rel; ln -s /root dir';
  for (const source of ['abs', 'rel', 'dir/outside'])
    expect((await build(`FROM busybox\nCOPY ${source} /x`, '', before)).stderr).toMatch(
      /"\/[^"]*": not found/,
    );
  const copied = await build('FROM busybox\nCOPY . /c/\nRUN ls -l /c/ | sed "s/.*[0-9] //"', '', before);
  expect(copied.stderr).toContain(' abs -> /root/outside\n');
});

test('only what has changed of a directory is sent', async () => {
  const before = 'for i in $(seq 300); do echo $i > f$i; done';
  const dockerfile = 'FROM scratch\nCOPY . /';
  expect(sent(await build(dockerfile, '', before))).toBe('1.11kB');
  const second = await machine().sh('cd /root/ctx; echo changed > f7; docker build --progress=plain . 2>&1');
  expect(sent({ stderr: second.stdout })).toBe('8B');
});

test('a cache may begin with everything that an image has', async () => {
  const { stderr, code } = await build(
    'FROM busybox\nRUN --mount=type=cache,from=busybox,target=/whole ls -d /whole/bin/sh; ls -A /whole/proc | wc -l',
  );
  expect([code, stderr]).toEqual([0, expect.stringMatching(/ \/whole\/bin\/sh\n#\d+ [\d.]+ 0\n/)]);
});

test('caches are forgotten when they are pruned', async () => {
  await build('FROM busybox\nRUN --mount=type=cache,target=/pruned echo x > /pruned/x');
  expect(await out('docker builder prune -af | tail -n 1')).toMatch(/^Total reclaimed space: [\d.]+[kM]?B$/);
  const again = await build('FROM busybox\nRUN --mount=type=cache,target=/pruned ls /pruned; echo end');
  expect(again.stderr).toMatch(/#5 \S+ end\n/);
  expect(await out('docker system df | tail -n 1')).toMatch(/^Build Cache +\d+ +0 /);
});
