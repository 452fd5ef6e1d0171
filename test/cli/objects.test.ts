import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../worker/cli/command.ts';
import { Queue } from '../../worker/cli/queue.ts';
import { ApiError } from '../../worker/protocol/engine-api.ts';
import type { ContainerInspect, EventMessage, Stats } from '../../worker/protocol/engine-api.ts';
import { docker } from './docker.ts';
import { each, FakeEngine } from './fake-engine.ts';
import { FakeSession } from './fake-session.ts';
import {
  containerFixture,
  imageFixture,
  networkFixture,
  secondsAgo,
  statsFixture,
  volumeFixture,
} from './fixtures.ts';

function engineWith(answers: FakeEngine['answers'] = {}): FakeEngine {
  const engine = new FakeEngine();
  engine.containers = [containerFixture()];
  engine.images = [imageFixture()];
  engine.answers = answers;
  return engine;
}

function bindings(port: string) {
  return [
    { HostIp: '::', HostPort: port },
    { HostIp: '0.0.0.0', HostPort: port },
  ];
}

const fine = { code: 0, err: '' };

describe('one container', () => {
  test('rename', async () => {
    const engine = engineWith();
    expect(await docker(engine, 'container rename web webby')).toEqual({ ...fine, out: '' });
    expect(engine.calls).toEqual(['POST /containers/web/rename?name=webby']);
    expect(await docker(engine, 'rename nosuch x')).toEqual({
      code: 1,
      out: '',
      err: 'Error response from daemon: No such container: nosuch\nError: failed to rename container named nosuch\n',
    });
    expect((await docker(engine, "rename '' x")).err).toBe('Error: Neither old nor new names may be empty\n');
  });

  test('restart', async () => {
    const engine = engineWith();
    expect(await docker(engine, 'restart -t 1 -s INT nosuch web')).toEqual({
      code: 1,
      out: 'web\n',
      err: 'Error response from daemon: No such container: nosuch\n',
    });
    expect(engine.calls.at(-1)).toBe('POST /containers/web/restart?signal=INT&t=1');
  });

  test('update', async () => {
    const engine = engineWith();
    engine.warnings = ['no swap'];
    const flags =
      '-m 1g --memory-swap -1 --cpus .5 --pids-limit -1 --restart on-failure:3 --blkio-weight 300';
    expect(await docker(engine, `update ${flags} web`)).toEqual({ ...fine, out: 'web\nno swap\n' });
    expect(engine.updates).toEqual([
      {
        Memory: 1 << 30,
        MemorySwap: -1,
        NanoCpus: 5e8,
        PidsLimit: -1,
        BlkioWeight: 300,
        RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
      },
    ]);
    expect(await docker(engine, 'update web')).toMatchObject({
      code: 1,
      err: 'you must provide one or more flags when using this command\n',
    });
  });

  test('top passes options of ps on', async () => {
    const engine = engineWith({
      containerTop: { Titles: ['PID', 'CMD'], Processes: [['1', 'sleep 1000']] },
    });
    expect((await docker(engine, 'top web -o pid,cmd')).out).toBe(
      'PID                 CMD\n1                   sleep 1000\n',
    );
    expect(engine.calls).toEqual(['GET /containers/web/top?ps_args=-o%20pid%2Ccmd']);
  });

  test('diff', async () => {
    const engine = engineWith({
      containerChanges: [
        { Kind: 0, Path: '/etc' },
        { Kind: 1, Path: '/new' },
        { Kind: 2, Path: '/etc/motd' },
      ],
    });
    expect((await docker(engine, 'diff web')).out).toBe('C /etc\nA /new\nD /etc/motd\n');
  });

  test('port', async () => {
    const engine = engineWith();
    const Ports = { '100/tcp': bindings('9'), '80/tcp': bindings('8080'), '53/udp': null };
    engine.inspects = {
      web: { NetworkSettings: { Ports } as unknown as ContainerInspect['NetworkSettings'] },
    };
    expect((await docker(engine, 'port web')).out).toBe(
      '80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080\n100/tcp -> 0.0.0.0:9\n100/tcp -> [::]:9\n',
    );
    expect((await docker(engine, 'port web 80')).out).toBe('0.0.0.0:8080\n[::]:8080\n');
    expect(await docker(engine, 'port web 53/udp')).toMatchObject({
      code: 1,
      err: "Error: No public port '53/udp' published for web\n",
    });
    expect((await docker(engine, 'port web x')).err).toBe(
      'Error: invalid port (x): strconv.ParseUint: parsing "x": invalid syntax\n',
    );
  });
});

describe('events', () => {
  const started: EventMessage = {
    status: 'exec_create: sh -c echo a > b',
    id: 'c0ffee',
    Type: 'container',
    Action: 'exec_create: sh -c echo a > b',
    Actor: { ID: 'c0ffee', Attributes: { image: 'alpine', name: 'web' } },
    scope: 'local',
    time: 1_763_933_791,
    timeNano: 1_763_933_791_500_000_000,
  };
  const engine = () => engineWith({ events: () => each([started]) });

  test('as text, as JSON and by a template', async () => {
    expect((await docker(engine(), 'events')).out).toBe(
      '2025-11-23T21:36:31.500000000Z container exec_create: sh -c echo a > b c0ffee (image=alpine, name=web)\n',
    );
    expect((await docker(engine(), 'system events --format json')).out).toBe(`${JSON.stringify(started)}\n`);
    expect((await docker(engine(), "events --format '{{.Type}} {{.Actor.ID}} {{.ID}}'")).out).toBe(
      'container c0ffee c0ffee\n',
    );
  });

  test('asks for what it was told', async () => {
    const asked = engine();
    await docker(asked, 'events --since 10 --until 1.5 -f type=container -f type=image');
    expect(asked.calls).toEqual([
      `GET /events?filters=${encodeURIComponent('{"type":{"container":true,"image":true}}')}&since=10&until=1.5`,
    ]);
  });

  test('mistakes are found before there is an event', async () => {
    const asked = engine();
    expect(await docker(asked, "events --format '{{.bad}}'")).toEqual({
      code: 64,
      out: '',
      err:
        'Error parsing format: template: :1:2: executing "" at <.bad>: ' +
        "can't evaluate field bad in type *events.Message\n",
    });
    expect((await docker(asked, 'events --since foo')).err).toBe(
      'failed to parse value as time or duration: "foo"\n',
    );
    expect(asked.calls).toEqual([]);
  });
});

describe('stats', () => {
  const header =
    'CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT   MEM %     NET I/O       BLOCK I/O   PIDS';
  const line = '406c4ee21bdc   web       1.00%     608KiB / 256MiB     0.23%     862B / 126B   0B / 0B     1';

  test('once', async () => {
    const engine = engineWith({ containerStats: () => each([statsFixture()]) });
    expect(await docker(engine, 'stats --no-stream')).toEqual({ ...fine, out: `${header}\n${line}\n` });
    expect(engine.calls).toEqual([
      'GET /events?filters=%7B%22type%22%3A%7B%22container%22%3Atrue%7D%7D',
      'GET /containers/json',
      `GET /containers/${containerFixture().Id}/stats?stream=0`,
    ]);
    expect((await docker(engine, "stats --no-stream --format '{{.Container}} {{.MemPerc}}' web")).out).toBe(
      'web 0.23%\n',
    );
  });

  test('of what is not there', async () => {
    const engine = engineWith({ containerStats: () => each([statsFixture()]) });
    expect(await docker(engine, 'stats nosuch web')).toEqual({
      code: 1,
      out: '',
      err: 'Error response from daemon: No such container: nosuch\n',
    });
  });

  test('again and again, following what starts and dies, until its client is gone', async () => {
    const messages = new Queue<Stats>();
    const events = new Queue<EventMessage>();
    const engine = engineWith({ containerStats: () => messages, events: () => events });
    const session = new FakeSession(['stats'], true);
    const ended = runCommand(engine, session);
    messages.push(statsFixture());
    const twice = `\x1b[H${header}\n${line}\n\x1b[H${header} \x1b[K\n${line} \x1b[K\n \x1b[K\n\x1b[J`;
    await expect.poll(() => session.printed.startsWith(twice)).toBe(true);
    events.push({ Action: 'die', Actor: { ID: containerFixture().Id } } as EventMessage);
    await expect.poll(() => session.printed.endsWith(`${line} \x1b[K\n \x1b[K\n\x1b[J`)).toBe(false);
    session.leave();
    expect(await ended).toBe(1);
  });

  test('that are not known', async () => {
    const engine = engineWith({ containerStats: () => each([]) });
    expect((await docker(engine, "stats --no-stream --format '{{.CPUPerc}} {{.MemUsage}}' web")).out).toBe(
      '-- -- / --\n',
    );
  });
});

describe('prune', () => {
  test('asks before it does anything', async () => {
    for (const [line, what] of Object.entries({
      'container prune': 'all stopped containers',
      'image prune': 'all dangling images',
      'image prune -a': 'all images without at least one container associated to them',
      'network prune': 'all custom networks not used by at least one container',
      'volume prune': 'anonymous local volumes not used by at least one container',
      'volume prune -a': 'all local volumes not used by at least one container',
    })) {
      const engine = engineWith();
      const question = `WARNING! This will remove ${what}.\nAre you sure you want to continue? [y/N] `;
      expect(await docker(engine, line, (session) => session.type('n\n'))).toEqual({
        ...fine,
        out: question,
      });
      expect(engine.calls).toEqual([]);
      const answered = await docker(engine, line, (session) => session.type(' Y \nrest'));
      const space = line === 'network prune' ? '' : 'Total reclaimed space: 0B\n';
      expect(answered).toEqual({ ...fine, out: question + space });
      expect(engine.calls).toHaveLength(1);
    }
  });

  test('says what it has removed', async () => {
    const engine = engineWith({
      containerPrune: { ContainersDeleted: ['c1', 'c2'], SpaceReclaimed: 1500 },
      imagePrune: { ImagesDeleted: [{ Untagged: 'a:1' }, { Deleted: 'sha256:1' }], SpaceReclaimed: 1e6 },
      networkPrune: { NetworksDeleted: ['n1'] },
      volumePrune: { VolumesDeleted: ['v1'], SpaceReclaimed: 10 },
    });
    expect((await docker(engine, 'container prune -f')).out).toBe(
      'Deleted Containers:\nc1\nc2\n\nTotal reclaimed space: 1.5kB\n',
    );
    expect((await docker(engine, 'network prune -f')).out).toBe('Deleted Networks:\nn1\n\n');
    engine.calls.length = 0;
    expect((await docker(engine, 'system prune -af --volumes --filter label=a')).out).toBe(
      'Deleted Containers:\nc1\nc2\n\nDeleted Networks:\nn1\n\nDeleted Volumes:\nv1\n\n' +
        'Deleted Images:\nuntagged: a:1\ndeleted: sha256:1\n\nTotal reclaimed space: 1.002MB\n',
    );
    expect(engine.calls.map((call) => decodeURIComponent(call))).toEqual([
      'POST /containers/prune?filters={"label":{"a":true}}',
      'POST /networks/prune?filters={"label":{"a":true}}',
      'POST /volumes/prune?filters={"label":{"a":true}}',
      'POST /images/prune?filters={"label":{"a":true},"dangling":{"false":true}}',
    ]);
  });

  test('of everything says what everything is', async () => {
    const line = 'system prune --volumes --filter label=a=b --filter label!=c';
    expect((await docker(engineWith(), line)).out).toBe(
      'WARNING! This will remove:\n  - all stopped containers\n' +
        '  - all networks not used by at least one container\n' +
        '  - all anonymous volumes not used by at least one container\n' +
        '  - all dangling images\n  - unused build cache\n\n' +
        '  Items to be pruned will be filtered with:\n  - label!=c\n  - label=a=b\n\n' +
        'Are you sure you want to continue? [y/N] ',
    );
    expect((await docker(engineWith(), 'system prune')).out).toContain(
      '  - unused build cache\n\nAre you sure you want to continue? [y/N] ',
    );
  });

  test('refuses flags that contradict each other', async () => {
    expect((await docker(engineWith(), 'volume prune -a --filter all=1')).err).toBe(
      'conflicting options: cannot specify both --all and --filter all=1\n',
    );
    expect((await docker(engineWith(), 'system prune --volumes --filter until=1h')).err).toBe(
      'ERROR: The "until" filter is not supported with "--volumes"\n',
    );
  });
});

describe('volumes and networks', () => {
  test('volumes are made, listed in natural order, shown and removed', async () => {
    const engine = engineWith();
    for (const name of ['v10', 'v9']) await docker(engine, `volume create --label a=b ${name}`);
    expect((await docker(engine, 'volume ls')).out).toBe(
      'DRIVER    VOLUME NAME\nlocal     v9\nlocal     v10\n',
    );
    expect((await docker(engine, 'volume list -q')).out).toBe('v9\nv10\n');
    expect((await docker(engine, 'volume ls --format raw -f name=x')).out).toBe(
      'name: v9\ndriver: local\n\nname: v10\ndriver: local\n\n',
    );
    expect((await docker(engine, "volume ls --format '{{.Name}} {{.Labels}} {{.Size}}'")).out).toBe(
      'v9 a=b N/A\nv10 a=b N/A\n',
    );
    expect((await docker(engine, "volume inspect -f '{{.Mountpoint}}' v9")).out).toBe(
      '/var/lib/docker/volumes/v9/_data\n',
    );
    expect(await docker(engine, 'volume rm v9 nosuch v10')).toEqual({
      code: 1,
      out: 'v9\nv10\n',
      err: 'Error response from daemon: get nosuch: no such volume\n',
    });
    expect((await docker(engine, 'volume create --name a b')).code).toBe(1);
  });

  test('networks are asked for with their addresses sorted by subnet', async () => {
    const engine = engineWith();
    const line =
      'network create -d bridge --subnet 10.1.0.0/16,10.2.0.0/16 --gateway 10.2.0.1 --ip-range 10.1.5.0/24 ' +
      '--aux-address a=10.1.0.9 --label x=y -o k=v --ipv6=false n1';
    expect((await docker(engine, line)).out).toBe('id of n1\n');
    const overlap = 'network create --subnet 10.0.0.0/8 --subnet 10.1.0.0/16 n';
    expect((await docker(engine, overlap)).err).toBe(
      'multiple overlapping subnet configuration is not supported\n',
    );
    expect((await docker(engine, 'network create --gateway 10.0.0.1 n')).err).toBe(
      'every ip-range or gateway must have a corresponding subnet\n',
    );
    expect((await docker(engine, 'network create --subnet 10.0.0.0/8 --gateway 11.0.0.1 n')).err).toBe(
      'no matching subnet for gateway 11.0.0.1\n',
    );
    await docker(engine, 'network connect --alias a,b --ip 10.1.0.5 n1 web');
    await docker(engine, 'network disconnect -f n1 web');
    expect(engine.calls).toEqual([
      'POST /networks/create',
      'POST /networks/n1/connect',
      'POST /networks/n1/disconnect',
    ]);
  });

  test('networks', async () => {
    const engine = engineWith({
      networkList: [networkFixture(), networkFixture({ Name: 'a', Labels: { x: 'y' } })],
    });
    expect((await docker(engine, 'network ls')).out).toBe(
      'NETWORK ID     NAME      DRIVER    SCOPE\ncfe452875b58   a         bridge    local\n' +
        'cfe452875b58   bridge    bridge    local\n',
    );
    expect((await docker(engine, 'network ls --format json -f name=a')).out).toContain(
      '{"CreatedAt":"2026-11-23 21:36:31.7872522 +0000 UTC","Driver":"bridge","ID":"cfe452875b58","IPv4":"true",' +
        '"IPv6":"false","Internal":"false","Labels":"x=y","Name":"a","Scope":"local"}\n',
    );
    expect(await docker(engine, 'network rm nosuch')).toEqual({
      code: 1,
      out: '',
      err: 'Error response from daemon: network nosuch not found\nexit status 1\n',
    });
    expect(await docker(engine, 'network rm -f nosuch')).toEqual({ ...fine, out: '' });
    expect((await docker(engine, 'network inspect nosuch')).out).toBe('[]\n');
  });
});

describe('system df', () => {
  const usage = {
    LayersSize: 14_570_000,
    Images: [
      imageFixture({ Size: 6_700_000, SharedSize: 0, Containers: 2 }),
      imageFixture({ RepoTags: [], Size: 7_870_000, SharedSize: 0, Containers: 0 }),
    ],
    Containers: [
      containerFixture({ SizeRw: 1000, Created: secondsAgo(60) }),
      containerFixture({ SizeRw: 3000, State: 'exited', Created: secondsAgo(60) }),
    ],
    Volumes: [volumeFixture({ UsageData: { Size: 2048, RefCount: 0 } })],
    BuildCache: null,
  };

  test('sums up', async () => {
    expect((await docker(engineWith({ diskUsage: usage }), 'system df')).out).toBe(
      'TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE\n' +
        'Images          2         1         14.57MB   7.87MB (54%)\n' +
        'Containers      2         1         4kB       3kB (75%)\n' +
        'Local Volumes   1         0         2.048kB   2.048kB (100%)\n' +
        'Build Cache     0         0         0B        0B\n',
    );
    expect((await docker(engineWith({ diskUsage: usage }), 'system df --format raw')).out).toContain(
      'type: Containers\ntotal: 2\nactive: 1\nsize: 4kB\nreclaimable: 3kB (75%)\n\n',
    );
  });

  test('tells each thing', async () => {
    const { out } = await docker(engineWith({ diskUsage: usage }), 'system df -v');
    expect(out).toBe(
      [
        'Images space usage:\n',
        'REPOSITORY   TAG       IMAGE ID       CREATED         SIZE      SHARED SIZE   UNIQUE SIZE   CONTAINERS',
        'alpine       latest    e85b52cb03e6   2 minutes ago   6.7MB     0B            6.7MB         2',
        '<none>       <none>    e85b52cb03e6   2 minutes ago   7.87MB    0B            7.87MB        0',
        '\nContainers space usage:\n',
        'CONTAINER ID   IMAGE     COMMAND        LOCAL VOLUMES   SIZE      CREATED              STATUS                  NAMES',
        '406c4ee21bdc   alpine    "sleep 1000"   0               1kB       About a minute ago   Up Less than a second   web',
        '406c4ee21bdc   alpine    "sleep 1000"   0               3kB       About a minute ago   Up Less than a second   web',
        '\nLocal Volumes space usage:\n',
        'VOLUME NAME   LINKS     SIZE',
        'v1            0         2.048kB',
        '\nBuild cache usage: 0B\n',
        'CACHE ID   CACHE TYPE   SIZE      CREATED   LAST USED   USAGE     SHARED\n',
      ].join('\n'),
    );
  });

  test('by a template', async () => {
    const engine = engineWith({ diskUsage: usage });
    const names = "system df -v --format '{{range .Images}}{{.Repository}} {{end}}'";
    expect((await docker(engine, names)).out).toBe('alpine <none> ');
    expect(JSON.parse((await docker(engine, 'system df -v --format json')).out)).toMatchObject({
      Images: [{ Repository: 'alpine', Digest: '' }, {}],
      Volumes: [{ Name: 'v1', Size: '2.048kB' }],
      BuildCache: [],
    });
    expect(await docker(engine, "system df -v --format '{{.Foo}}'")).toMatchObject({
      code: 1,
      err: `template: :1:2: executing "" at <.Foo>: can't evaluate field Foo in type *formatter.diskUsageContext\n`,
    });
  });
});

describe('images', () => {
  test('history', async () => {
    const engine = engineWith({
      imageHistory: [
        {
          Id: `sha256:${'ab'.repeat(32)}`,
          Created: secondsAgo(120),
          CreatedBy: `RUN\t${'x'.repeat(60)}`,
          Size: 379,
          Tags: null,
          Comment: 'msg',
        },
        { Id: '<missing>', Created: 0, CreatedBy: 'ADD', Size: 6_697_000, Tags: null, Comment: '' },
      ],
    });
    expect((await docker(engine, 'history alpine')).out).toBe(
      'IMAGE          CREATED         CREATED BY                                      SIZE      COMMENT\n' +
        'abababababab   2 minutes ago   RUN xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…   379B      msg\n' +
        '<missing>      N/A             ADD                                             6.7MB     \n',
    );
    expect(
      (await docker(engine, "history -H=false --format '{{.Size}} {{.CreatedSince}}' alpine")).out,
    ).toContain('6697000 1970-01-01T00:00:00Z\n');
    expect((await docker(engine, 'image history -q alpine')).out).toBe('abababababab\n<missing>\n');
  });

  test('tag', async () => {
    const engine = engineWith();
    await docker(engine, 'tag alpine 127.0.0.1:5000/me/mine:v1');
    await docker(engine, 'image tag alpine mine');
    expect(engine.calls).toEqual([
      'POST /images/alpine/tag?repo=127.0.0.1%3A5000%2Fme%2Fmine&tag=v1',
      'POST /images/alpine/tag?repo=docker.io%2Flibrary%2Fmine&tag=latest',
    ]);
    expect((await docker(engine, 'tag alpine Mine')).err).toMatch(
      /^Error parsing reference: "Mine" is not a valid repository\/tag: /,
    );
  });

  test('rmi', async () => {
    const engine = engineWith({ imageDelete: [{ Untagged: 'alpine:latest' }, { Deleted: 'sha256:1' }] });
    expect((await docker(engine, 'rmi alpine')).out).toBe('Untagged: alpine:latest\nDeleted: sha256:1\n');
    engine.failures = { 'DELETE /images/nosuch': new ApiError(404, 'No such image: nosuch:latest') };
    const err = 'Error response from daemon: No such image: nosuch:latest\n';
    expect(await docker(engine, 'image rm nosuch')).toEqual({ code: 1, out: '', err });
    engine.failures = { 'DELETE /images/nosuch': new ApiError(404, 'No such image: nosuch:latest') };
    expect(await docker(engine, 'image rm -f nosuch')).toEqual({ code: 0, out: '', err });
  });

  test('load', async () => {
    const engine = engineWith({ imageLoad: [{ stream: 'Loaded image: alpine:latest\n' }] });
    const loaded = await docker(engine, 'load -i x.tar', (session) => (session.fileTexts['x.tar'] = 'tar'));
    expect(loaded).toEqual({ ...fine, out: 'Loaded image: alpine:latest\n' });
    expect(new TextDecoder().decode(engine.received)).toBe('tar');
    expect((await docker(engine, 'load', (session) => session.type('piped'))).code).toBe(0);
    expect(new TextDecoder().decode(engine.received)).toBe('piped');
    const session = new FakeSession(['load'], true);
    expect(await runCommand(engine, session)).toBe(1);
    await turn();
    expect(session.complained).toBe('requested load from stdin, but stdin is empty\n');
  });
});
