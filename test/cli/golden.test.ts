import { afterAll, describe, expect, test, vi } from 'vitest';
import { runCommand } from '../../worker/cli/command.ts';
import { ApiError } from '../../worker/protocol/engine-api.ts';
import type { NetworkSettings, ProgressMessage } from '../../worker/protocol/engine-api.ts';
import { FakeEngine } from './fake-engine.ts';
import { FakeSession } from './fake-session.ts';
import { containerFixture, imageFixture, secondsAgo } from './fixtures.ts';
import { goldenMissing, readGolden } from './golden.ts';
import type { Recording } from './golden.ts';

// The moment of the recordings.
vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-23T21:36:31Z') });
afterAll(() => vi.useRealTimers());

const webId = '406c4ee21bdcba0dd645812924419dec835cbdf257f578628e3251bafbf76926';
const published = [
  { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
  { IP: '::', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
];
const web = containerFixture({ Ports: published, Labels: { a: 'b' } });
const web2 = containerFixture({
  Id: '1027d5b7db89fca9515430247707570a2b64ac55bd58acca3f208a89e167e897',
  Names: ['/web2'],
  State: 'created',
  Status: 'Created',
});
const hello = containerFixture({
  Id: 'c2893ea947cf096ddea8cf082688131cb9f95eb9093547f93577dda35ede22d1',
  Names: ['/serene_lederberg'],
  Image: 'hello-world',
  Command: '/hello',
  Created: secondsAgo(2),
  State: 'exited',
  Status: 'Exited (0) 2 seconds ago',
});
const helloImage = imageFixture({
  Id: 'sha256:f9ef7c3b719c6a315e410cc8a8e701c934855280b25ac99ae9b10d4f4a8cee56',
  RepoTags: ['hello-world:latest'],
  RepoDigests: ['hello-world@sha256:f3b868034040a342f8e76bead91a1c713dcda97c45d30eebacbdf2d2dc71bd0f'],
  Size: 9756,
});
const alpineImage = imageFixture({
  RepoTags: ['alpine:3.20', 'alpine:latest'],
  RepoDigests: ['alpine@sha256:27d7c4f891cda33c9c31f1942aededaed977956516c9c96e66204ea6249e6cbd'],
});
const busyboxImage = imageFixture({
  Id: 'sha256:3d81dbeadea4fb01e73b36a9f7c48b50bbcb1e1e85fec9378e9641aa40a6837b',
  RepoTags: ['busybox:latest'],
  RepoDigests: ['busybox@sha256:6c3bcb9ba190ec7505e20b0230dbbf5d373c544bffee6922bc6a31b77aff3036'],
  Created: secondsAgo(200 * 24 * 3600),
  Size: 1_161_000,
});

function pulled(line: string): ProgressMessage[] {
  const [repository = '', tag = '', layer, digest, status] = line.split(' ');
  const steps = ['Pulling fs layer', 'Verifying Checksum', 'Download complete', 'Pull complete'];
  return [
    { status: `Pulling from ${repository}`, id: tag },
    ...(layer ? steps.map((step) => ({ status: step, progressDetail: {}, id: layer })) : []),
    { status: `Digest: sha256:${digest}` },
    { status: `Status: ${status?.replaceAll('_', ' ')}` },
  ];
}

const alpineDigest = '27d7c4f891cda33c9c31f1942aededaed977956516c9c96e66204ea6249e6cbd';
const networkDown = new ApiError(
  500,
  'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.255.255.53:53: ' +
    'dial udp 10.255.255.53:53: connect: network is unreachable',
);
const runFailed =
  'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: ' +
  'unable to start container process: exec: ';

interface Case {
  /** What 28.5 prints in the place of what was recorded. */
  newer?: [old: string, newer: string];
  /** Of several recordings of the same command. */
  readonly nth?: number;
  readonly engine?: Partial<FakeEngine>;
  readonly stdin?: string;
  /** Why the recorded calls are not ours. */
  readonly otherCalls?: string;
}

const alpine = { images: [alpineImage] };
const ps = { containers: [web2, web, hello] };
const busyboxLayer = (status: string, progressDetail: ProgressMessage['progressDetail'] = {}) => ({
  status,
  progressDetail,
  id: '6a6ca5d46121',
});

/** By command: what the engine holds when it is given. */
const cases: Record<string, Case | Case[]> = {
  'docker ps': [{ nth: 0 }, { nth: 1, engine: ps }],
  'docker images': [{ nth: 0 }, { nth: 1, engine: { images: [helloImage, alpineImage, busyboxImage] } }],
  'docker run hello-world': {
    engine: {
      nextId: hello.Id,
      pulls: {
        'hello-world:latest': pulled(
          'library/hello-world latest d4db231c08cf f3b868034040a342f8e76bead91a1c713dcda97c45d30eebacbdf2d2dc71bd0f ' +
            'Downloaded_newer_image_for_hello-world:latest',
        ),
      },
    },
  },
  'docker pull alpine': [
    {
      nth: 0,
      engine: {
        pulls: {
          'alpine:latest': pulled(
            `library/alpine latest d4eacd25178c ${alpineDigest} Downloaded_newer_image_for_alpine:latest`,
          ),
        },
      },
    },
    {
      nth: 1,
      engine: {
        pulls: {
          'alpine:latest': pulled(
            `library/alpine latest  ${alpineDigest} Image_is_up_to_date_for_alpine:latest`,
          ),
        },
      },
    },
  ],
  'docker pull alpine:3.20': {
    engine: {
      pulls: {
        'alpine:3.20': pulled(`library/alpine 3.20  ${alpineDigest} Downloaded_newer_image_for_alpine:3.20`),
      },
    },
  },
  'docker pull busybox': {
    engine: {
      pulls: {
        'busybox:latest': [
          { status: 'Pulling from library/busybox', id: 'latest' },
          busyboxLayer('Pulling fs layer'),
          busyboxLayer('Downloading', { current: 32_768, total: 727_400 }),
          busyboxLayer('Verifying Checksum'),
          busyboxLayer('Download complete'),
          busyboxLayer('Extracting', { current: 32_768, total: 727_400 }),
          busyboxLayer('Extracting', { current: 727_400, total: 727_400 }),
          busyboxLayer('Pull complete'),
          { status: 'Digest: sha256:6c3bcb9ba190ec7505e20b0230dbbf5d373c544bffee6922bc6a31b77aff3036' },
          { status: 'Status: Downloaded newer image for busybox:latest' },
        ],
      },
    },
  },
  'docker pull nosuchimage': { engine: { pulls: { 'nosuchimage:latest': networkDown } } },
  'docker run nosuchimage': { engine: { pulls: { 'nosuchimage:latest': networkDown } } },
  'docker pull -q alpine': {},
  'docker images -a --digests': { engine: { images: [alpineImage, helloImage, busyboxImage] } },
  'docker images --no-trunc -q': { engine: { images: [helloImage, alpineImage, busyboxImage] } },
  'docker run --rm alpine echo hi': { engine: { ...alpine, programs: [{ stdout: 'hi\n' }] } },
  'docker run --rm alpine sh -c "exit 3"': { engine: { ...alpine, programs: [{ code: 3 }] } },
  'docker run --rm alpine nosuchcmd': {
    engine: {
      ...alpine,
      programs: [{ failure: `${runFailed}"nosuchcmd": executable file not found in $PATH` }],
    },
  },
  'docker run --rm alpine /etc': {
    engine: { ...alpine, programs: [{ failure: `${runFailed}"/etc": permission denied` }] },
  },
  'docker run --rm --nosuchflag alpine': {},
  'docker run': {},
  'docker nosuchcommand': {},
  'docker run -d --name web alpine sleep 1000': {
    engine: {
      failures: {
        'POST /containers/create?name=web': new ApiError(
          409,
          `Conflict. The container name "/web" is already in use by container "${webId}". ` +
            'You have to remove (or rename) that container to be able to reuse that name.',
        ),
      },
    },
  },
  'docker ps -a': { nth: 0, engine: ps },
  'docker ps -aq': { engine: ps },
  'docker ps -a --no-trunc': { engine: ps },
  'docker ps --format "table {{.Names}}\\t{{.Status}}\\t{{.Ports}}"': { engine: ps },
  'docker ps -a --format json': { engine: ps },
  'docker ps -s': {
    engine: { containers: [{ ...web, Created: secondsAgo(1), SizeRw: 0, SizeRootFs: 6_697_000 }] },
  },
  'docker exec web sh -c "echo $FOO; id; exit 5"': {
    engine: {
      containers: [web],
      programs: [
        {
          stdout:
            'bar\nuid=0(root) gid=0(root) groups=0(root),1(bin),2(daemon),3(sys),4(adm),6(disk),10(wheel),' +
            '11(floppy),20(dialout),26(tape),27(video)\n',
          code: 5,
        },
      ],
    },
  },
  'docker exec web nosuch': {
    engine: {
      containers: [web],
      programs: [
        {
          stdout:
            'OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": ' +
            'executable file not found in $PATH\r\n',
          code: 127,
        },
      ],
    },
  },
  'docker exec nosuch ls': {},
  'docker exec -it web sh -c "tty; stty size"': {
    engine: { containers: [web], programs: [{ stdout: '/dev/pts/0\r\n24 120\r\n' }] },
  },
  'docker run --rm -it alpine sh -c "tty; stty size; echo x; exit 4"': {
    engine: { ...alpine, programs: [{ stdout: '\0/dev/pts/0\r\n24 120\r\nx\r\n', code: 4 }] },
  },
  'docker run -it --rm alpine sh': {},
  'echo piped | docker run -i --rm alpine cat': {
    engine: { ...alpine, programs: [{ echoes: true }] },
    stdin: 'piped\n',
  },
  'docker logs web': { engine: { containers: [web] } },
  'docker inspect nosuch': { otherCalls: 'networks, volumes and plugins are not served yet' },
  'docker inspect -f "{{.State.Status}} {{.NetworkSettings.IPAddress}} {{json .Config.Labels}}" web': {
    engine: {
      containers: [web],
      inspects: {
        web: {
          Config: { Labels: { a: 'b' } },
          NetworkSettings: { IPAddress: '172.20.0.2' } as NetworkSettings,
        },
      },
    },
  },
  'docker stop -t 1 web': { engine: { containers: [web] } },
  'docker start web': { engine: { containers: [web] } },
  'docker kill web': { engine: { containers: [web] } },
  'docker wait web': { engine: { containers: [web] } },
  'docker rm nosuch': {},
  'docker rm -f webby': { engine: { containers: [{ ...web, Names: ['/webby'] }] } },
  'docker create --name c1 alpine echo hello': {
    engine: {
      pulls: {
        'alpine:latest': pulled(
          `library/alpine latest  ${alpineDigest} Downloaded_newer_image_for_alpine:latest`,
        ),
      },
    },
  },
  'docker start -a c1': {
    engine: { containers: [{ ...web2, Names: ['/c1'] }], programs: [{ stdout: 'hello\n' }] },
  },
  // The recording is of 28.2.2; the client of 28.5 takes one host and no list.
  'docker --help': { newer: ['--host list  ', '--host string'] },
  'docker run --help': {},
};

/** The recording's own container or exec, so that calls name the same. */
function idIn({ calls, stdout }: Recording): string {
  return /[0-9a-f]{64}/.exec(calls.join('\n'))?.[0] ?? /^[0-9a-f]{64}$/m.exec(stdout)?.[0] ?? 'c0ffee';
}

function engineFor(recording: Recording, { engine = {} }: Case): FakeEngine {
  const fake = Object.assign(new FakeEngine(), { nextId: idIn(recording), ...copied(engine) });
  const c1 = fake.containers.find(({ Names }) => Names[0] === '/c1');
  if (c1) c1.Id = fake.nextId;
  return fake;
}

/** Lists are the engine's to change. */
function copied(engine: Partial<FakeEngine>): Partial<FakeEngine> {
  return Object.fromEntries(Object.entries(engine).map(([key, value]) => [key, copiedList(value)]));
}

function copiedList(value: unknown): unknown {
  return Array.isArray(value) ? value.map((item: object) => ({ ...item })) : value;
}

async function replay(recording: Recording, given: Case): Promise<void> {
  const [, words = ''] = /docker ?(.*)$/.exec(recording.command) ?? [];
  const session = new FakeSession(splitWords(words), recording.tty);
  const engine = engineFor(recording, given);
  if (recording.command === 'docker run hello-world') engine.programs = [{ stdout: recording.stdout }];
  if (given.stdin !== undefined) session.type(given.stdin);
  session.keys.end();
  const code = await runCommand(engine, session);
  const printed = recording.tty ? session.printed.replace(/\r?\n/g, '\r\n') : session.printed;
  const [old = '', newer = ''] = given.newer ?? [];
  expect(printed).toBe(recording.stdout.replace(old, newer));
  expect(session.complained).toBe(recording.stderr);
  expect(code).toBe(recording.code);
  if (given.otherCalls === undefined) expect(engine.calls).toEqual(recording.calls);
}

function splitWords(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

describe.skipIf(goldenMissing)(
  `docker as recorded${goldenMissing ? ` (skipped: ${goldenMissing})` : ''}`,
  () => {
    const recordings = goldenMissing ? [] : readGolden();
    for (const [command, given] of Object.entries(cases)) {
      for (const one of [given].flat()) {
        test(`${command}${one.nth ? ` (${one.nth + 1})` : ''}`, async () => {
          const found = recordings.filter((recording) => recording.command === command)[one.nth ?? 0];
          expect(found).toBeDefined();
          if (found) await replay(found, one);
        });
      }
    }
  },
);
