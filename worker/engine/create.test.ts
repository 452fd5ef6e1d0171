import { beforeEach, expect, test } from 'vitest';
import type { CreateConfig, HostConfig } from '../protocol/engine-api.ts';
import type { Fixture } from './fixture.suite.ts';
import { create, drain, failure, makeFixture } from './fixture.suite.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await makeFixture();
});

test('names: given, made up, taken, impossible', async () => {
  const { engine } = fixture;
  const id = await create(engine, {}, 'web');
  expect(await failure(create(engine, {}, '/web'))).toEqual({
    status: 409,
    message: `Conflict. The container name "/web" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.`,
  });
  expect(await failure(create(engine, {}, 'a b'))).toEqual({
    status: 400,
    message: 'Invalid container name (a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed',
  });
  const made = await engine.containerInspect(await create(engine));
  expect(made.Name).toMatch(/^\/[a-z]+_[a-z]+\d?$/);
  expect(made.Config.Hostname).toBe(made.Id.slice(0, 12));
});

test('containers are found by ID, name and prefix', async () => {
  const { engine } = fixture;
  const id = await create(engine, {}, 'web');
  const found = await Promise.all(
    [id, 'web', '/web', id.slice(0, 12)].map((text) => engine.containerInspect(text)),
  );
  expect(found.every(({ Id }) => Id === id)).toBe(true);
  expect(await failure(engine.containerInspect('nosuch'))).toEqual({
    status: 404,
    message: 'No such container: nosuch',
  });
  const others = await Promise.all(Array.from({ length: 17 }, () => create(engine)));
  const twice =
    [...others, id].map((other) => other[0]).find((first, i, all) => all.indexOf(first) !== i) ?? '';
  expect(await failure(engine.containerInspect(twice))).toEqual({
    status: 400,
    message: `multiple IDs found with provided prefix: ${twice}`,
  });
});

const refused: [CreateConfig | { HostConfig: object }, number, string][] = [
  [{ Image: 'nosuch' }, 404, 'No such image: nosuch:latest'],
  [{ Image: 'a/b:v1' }, 404, 'No such image: a/b:v1'],
  [{ Image: 'Nosuch' }, 400, 'invalid reference format: repository name (library/Nosuch) must be lowercase'],
  [{ Entrypoint: [''], Cmd: [] }, 400, 'no command specified'],
  [{ WorkingDir: 'tmp' }, 400, "the working directory 'tmp' is invalid, it needs to be an absolute path"],
  [{ StopSignal: 'NOPE' }, 400, 'invalid signal: NOPE'],
  [{ Env: ['=x'] }, 400, 'invalid environment variable: =x'],
];

test.each(refused)('refuses %o', async (config, status, message) => {
  expect(await failure(create(fixture.engine, config as CreateConfig))).toEqual({ status, message });
});

const refusedHostConfigs: [Record<string, unknown>, number, string][] = [
  [{ Memory: 1024 }, 400, 'Minimum memory limit allowed is 6MB'],
  [{ MemorySwap: 1e9 }, 400, 'You should always set the Memory limit when using Memoryswap limit, see usage'],
  [{ NanoCpus: 2e9 }, 400, 'range of CPUs is from 0.01 to 1.00, as there are only 1 CPUs available'],
  [{ CapAdd: ['FOO'] }, 400, 'invalid CapAdd: unknown capability: "CAP_FOO"'],
  [{ OomScoreAdj: 1001 }, 400, 'Invalid value 1001, range for oom score adj is [-1000, 1000]'],
  [
    { AutoRemove: true, RestartPolicy: { Name: 'always' } },
    400,
    "can't create 'AutoRemove' container with restart policy",
  ],
  [
    { RestartPolicy: { Name: 'sometimes' } },
    400,
    "invalid restart policy: unknown policy 'sometimes'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'",
  ],
  [{ ExtraHosts: ['a'] }, 400, 'bad format for add-host: "a"'],
  [{ ExtraHosts: ['a:b'] }, 400, 'invalid IP address in add-host: "b"'],
  [{ Tmpfs: { tmp: '' } }, 400, "invalid mount path: 'tmp' mount path must be absolute"],
  [{ Binds: ['/a:/b', '/c:/b/'] }, 400, 'Duplicate mount point: /b'],
  [{ Binds: ['/a:/b'], Tmpfs: { '/b': '' } }, 400, 'Duplicate mount point: /b'],
  [{ Binds: ['/:/x:y'] }, 500, 'invalid mode: y'],
  [{ Binds: [':/x'] }, 500, "invalid volume specification: ':/x'"],
  [{ Binds: ['/a:ro'] }, 500, "invalid volume specification: '/a:ro'"],
  [
    { Binds: ['/a:/'] },
    500,
    "invalid volume specification: '/a:/': invalid mount config for type \"bind\": invalid specification: destination can't be '/'",
  ],
  [
    { Binds: ['x1:/y:shared'] },
    500,
    'invalid volume specification: \'x1:/y:shared\': invalid mount config for type "volume": field BindOptions must not be specified',
  ],
  [
    { Binds: ['a:/x'] },
    400,
    'create a: volume name is too short, names should be at least two alphanumeric characters',
  ],
  [
    { VolumeDriver: 'foo', Binds: ['x1:/y'] },
    404,
    'create x1: error looking up volume plugin foo: plugin "foo" not found',
  ],
  [
    { Mounts: [{ Type: 'foo', Target: '/x' }] },
    400,
    'invalid mount config for type "foo": mount type unknown',
  ],
  [
    { Mounts: [{ Type: 'bind', Target: '/x' }] },
    400,
    'invalid mount config for type "bind": field Source must not be empty',
  ],
  [
    { Mounts: [{ Type: 'tmpfs', Target: '/x', BindOptions: {} }] },
    400,
    'BindOptions must not be specified on mount type "tmpfs"',
  ],
  [{ VolumesFrom: ['nosuch'] }, 400, 'No such container: nosuch'],
  [{ VolumesFrom: [''] }, 400, 'volumes-from specification cannot be an empty string'],
  [{ PidMode: 'x' }, 400, 'invalid PID mode: x'],
  [{ PidMode: 'container:nosuch' }, 400, 'No such container: nosuch'],
  [{ IpcMode: 'x' }, 400, 'invalid IPC mode: x'],
  [{ UTSMode: 'x' }, 400, 'invalid UTS mode: x'],
  [{ CgroupnsMode: 'x' }, 400, 'invalid cgroup namespace mode: x'],
  [{ Runtime: 'x' }, 400, 'unknown or invalid runtime name: x'],
  [{ Isolation: 'x' }, 400, "invalid isolation (x): linux only supports 'default'"],
  [
    { StorageOpt: { size: '1G' } },
    500,
    "--storage-opt is supported only for overlay over xfs with 'pquota' mount option",
  ],
  [{ CpusetCpus: '1' }, 400, 'Requested CPUs are not available - requested 1, available: 0'],
  [{ CpusetCpus: 'a' }, 400, 'Invalid value a for cpuset cpus: invalid format: a'],
  [{ MemorySwappiness: 200 }, 400, 'Invalid value: 200, valid memory swappiness range is 0-100'],
  [{ CpuRealtimePeriod: 1 }, 400, 'kernel does not support CPU real-time scheduler'],
  [{ IOMaximumIOps: 1 }, 400, 'invalid option: QoS maximum IOPs configuration is not supported on linux'],
  [
    { Annotations: { '': 'x' } },
    400,
    'invalid Annotations: the empty string is not permitted as an annotation key',
  ],
  [{ NetworkMode: 'container:x', Dns: ['1.1.1.1'] }, 400, 'conflicting options: dns and the network mode'],
  [
    { PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '9-8' }] } },
    400,
    'invalid port specification: "9-8"',
  ],
  [
    { LogConfig: { Type: 'sylog', Config: {} } },
    400,
    'error looking up logging plugin sylog: plugin "sylog" not found',
  ],
  [{ LogConfig: { Type: 'local', Config: { tag: 'x' } } }, 400, "unknown log opt 'tag' for log driver local"],
  [{ LogConfig: { Type: 'local', Config: { mode: 'foo' } } }, 400, 'logger: logging mode not supported: foo'],
  [
    { LogConfig: { Type: 'local', Config: { 'max-buffer-size': '1m' } } },
    400,
    "logger: max-buffer-size option is only supported with 'mode=non-blocking'",
  ],
  [{ LogConfig: { Type: '', Config: { foo: '1' } } }, 400, "unknown log opt 'foo' for json-file log driver"],
  [{ SecurityOpt: ['foo=bar'] }, 500, 'invalid --security-opt 2: "foo=bar"'],
];

test.each(refusedHostConfigs)('refuses %o', async (HostConfig, status, message) => {
  expect(await failure(create(fixture.engine, { HostConfig }))).toEqual({
    status,
    message,
  });
});

const runc =
  'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed';

const refusedAtStart: [HostConfig, number, string][] = [
  [
    { Sysctls: { 'kernel.panic': '1' } },
    500,
    `${runc}: sysctl "kernel.panic" is not in a separate kernel namespace`,
  ],
  [{ Ulimits: [{ Name: 'foo', Soft: 1, Hard: 1 }] }, 500, `${runc}: wrong rlimit value: RLIMIT_FOO`],
  [{ DeviceCgroupRules: ['x'] }, 500, "invalid device cgroup rule format: 'x'"],
  [
    { DeviceRequests: [{ Count: -1, Capabilities: [['gpu']] }] },
    500,
    'could not select device driver "" with capabilities: [[gpu]]',
  ],
  [{ NetworkMode: 'container:x' }, 500, 'joining network namespace of container: No such container: x'],
];

test.each(refusedAtStart)('does not start with %o', async (HostConfig, status, message) => {
  const { engine } = fixture;
  const id = await create(engine, { HostConfig });
  expect(await failure(engine.containerStart(id))).toEqual({ status, message });
  expect((await engine.containerInspect(id)).State).toMatchObject({ Status: 'created', Error: message });
});

const discarded: [HostConfig, string][] = [
  [
    { MemorySwappiness: 10 },
    'Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.',
  ],
  [{ OomKillDisable: true }, 'Your kernel does not support OomKillDisable. OomKillDisable discarded.'],
  [
    { BlkioWeight: 300 },
    'Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.',
  ],
  [{ CpuPercent: 1 }, 'linux does not support CPU percent. Percent discarded.'],
];

test.each(discarded)('warns of %o, and does not keep it', async (HostConfig, warning) => {
  const { Id, Warnings } = await fixture.engine.containerCreate({ Image: 'busybox', HostConfig });
  expect(Warnings).toEqual([warning]);
  const { HostConfig: kept } = await fixture.engine.containerInspect(Id);
  for (const field of Object.keys(HostConfig)) expect(kept[field] ? 'kept' : 'gone').toBe('gone');
});

test('what a real client sends along is no request for anything', async () => {
  const sent = {
    CpusetCpus: '',
    Devices: [],
    MemorySwappiness: -1,
    IpcMode: '',
    MaskedPaths: null,
    BlkioWeight: 0,
    Init: null,
  };
  await create(fixture.engine, { HostConfig: sent });
});

test('the image presets what the request leaves open', async () => {
  const { engine } = fixture;
  const { Config, Path, Args, HostConfig } = await engine.containerInspect(
    await create(engine, {
      Env: ['LANG=de', 'A=1'],
      Labels: { mine: '1' },
      HostConfig: { Memory: 64 << 20 },
    }),
  );
  expect(Config).toMatchObject({
    Cmd: ['sh'],
    Entrypoint: null,
    Env: ['LANG=de', 'A=1', 'PATH=/bin'],
    Labels: { maker: 'us', mine: '1' },
  });
  expect([Path, Args]).toEqual(['sh', []]);
  expect(HostConfig).toMatchObject({
    NetworkMode: 'bridge',
    ShmSize: 64 << 20,
    MemorySwap: 128 << 20,
    Runtime: 'runc',
  });
});

test('list: newest first, running only, limits and filters', async () => {
  const { engine, agent } = fixture;
  const a = await create(engine, { Labels: { app: 'x' } }, 'alpha');
  const b = await create(engine, { Cmd: ['echo', 'two words'] }, 'beta');
  const c = await create(engine, {}, 'gamma');
  await engine.containerStart(b);
  await engine.containerStart(c);
  agent.exit(agent.started().process, 3);
  await new Promise((resolve) => setImmediate(resolve));
  const names = async (options = {}) => (await engine.containerList(options)).map(({ Names }) => Names[0]);
  expect(await names()).toEqual(['/beta']);
  expect(await names({ all: true })).toEqual(['/gamma', '/beta', '/alpha']);
  expect(await names({ limit: 2 })).toEqual(['/gamma', '/beta']);
  const filtered = (filters: object) => names({ all: true, filters });
  expect(await filtered({ status: ['exited', 'created'] })).toEqual(['/gamma', '/alpha']);
  expect(await filtered({ exited: ['3'] })).toEqual(['/gamma']);
  expect(await filtered({ name: ['^/?a', 'eta'] })).toEqual(['/beta', '/alpha']);
  expect(await filtered({ id: [a.slice(0, 20)] })).toEqual(['/alpha']);
  expect(await filtered({ label: ['app=x', 'maker'] })).toEqual(['/alpha']);
  expect(await filtered({ ancestor: ['busybox:latest'], before: ['gamma'] })).toEqual(['/beta', '/alpha']);
  expect(await filtered({ since: [a] })).toEqual(['/gamma', '/beta']);
  expect(await failure(filtered({ foo: ['1'] }))).toEqual({ status: 400, message: "invalid filter 'foo'" });
  expect(await failure(filtered({ before: ['nosuch'] }))).toMatchObject({ status: 404 });
  expect(await failure(filtered({ status: ['up'] }))).toMatchObject({ status: 400 });
  const [beta] = await engine.containerList();
  expect(beta).toMatchObject({
    Command: "echo 'two words'",
    Image: 'busybox',
    State: 'running',
    Status: 'Up Less than a second',
  });
});

const statuses = (messages: { status?: string }[]) =>
  messages.map(({ status }) => status?.replace(/sha256:\w+/, 'X'));

test('pull: dockerd’s messages, and nothing is asked for twice', async () => {
  const { engine, registry, reopen } = fixture;
  await registry.add({ name: 'docker.io/library/hello-world:latest', config: { Cmd: ['/hello'] } });
  const pull = async () =>
    drain(await engine.imageCreate({ fromImage: 'docker.io/library/hello-world', tag: 'latest' }));
  expect(statuses(await pull())).toEqual([
    'Pulling from library/hello-world',
    'Pulling fs layer',
    'Downloading',
    'Verifying Checksum',
    'Download complete',
    'Extracting',
    'Pull complete',
    'Digest: X',
    'Status: Downloaded newer image for hello-world:latest',
  ]);
  expect(statuses(await pull())).toEqual([
    'Pulling from library/hello-world',
    'Digest: X',
    'Status: Image is up to date for hello-world:latest',
  ]);
  const asked = registry.requests.length;
  const reloaded = await reopen();
  await create(reloaded, { Image: 'hello-world' });
  const image = await reloaded.imageInspect('hello-world');
  expect(image).toMatchObject({ RepoTags: ['hello-world:latest'], Architecture: '386', Os: 'linux' });
  expect(image.RepoDigests[0]).toMatch(/^hello-world@sha256:/);
  expect(await reloaded.imageInspect(image.Id.slice(7, 19))).toMatchObject({ Id: image.Id });
  expect(registry.requests).toHaveLength(asked);
  expect(await reloaded.imageList()).toHaveLength(2);
});

test('pull: unknown names, other platforms, broken layers', async () => {
  const { engine, registry, content } = fixture;
  expect(await failure(engine.imageCreate({ fromImage: 'nosuch', tag: 'latest' }))).toEqual({
    status: 404,
    message:
      "pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
  });
  await registry.add({ name: 'big:latest', architectures: ['amd64', 'arm64'] });
  expect((await failure(engine.imageCreate({ fromImage: 'big', tag: 'latest' }))).message).toBe(
    'no matching manifest for linux/386 in the manifest list entries: the image is for linux/amd64, linux/arm64, and this machine runs linux/386 only',
  );
  const before = await content.list();
  const names = new Set(registry.files.keys());
  await registry.add({ name: 'broken:latest' });
  for (const [path, bytes] of registry.files) {
    // Only the layer is packed.
    if (!names.has(path) && bytes[0] === 0x1f) registry.files.set(path, bytes.with(bytes.length - 1, 1));
  }
  const messages = await drain(await engine.imageCreate({ fromImage: 'broken', tag: 'latest' }));
  expect(messages.at(-1)?.error).toBeTruthy();
  expect(await content.list()).toEqual(before);
  expect(await failure(engine.imageInspect('broken'))).toEqual({
    status: 404,
    message: 'No such image: broken:latest',
  });
});

test('what only this working tree has is found in an index of its own', async () => {
  const { engine, registry } = fixture;
  const index = registry.files.get('index.json') ?? new Uint8Array();
  await registry.add({ name: 'docker.io/library/debian:bookworm' });
  registry.files.set('index.local.json', registry.files.get('index.json') ?? index);
  registry.files.set('index.json', index);
  const messages = await drain(await engine.imageCreate({ fromImage: 'debian', tag: 'bookworm' }));
  expect(messages.at(-1)?.status).toBe('Status: Downloaded newer image for debian:bookworm');
  registry.files.set('index.local.json', new TextEncoder().encode('<!doctype html>'));
  expect((await failure(engine.imageCreate({ fromImage: 'debian', tag: 'sid' }))).status).toBe(404);
});

test('the layers of a container are served under the names its start gives', async () => {
  const { engine, agent, root } = fixture;
  await engine.containerStart(await create(engine));
  const { layers } = agent.started();
  expect(layers).toEqual(['base-1', expect.stringMatching(/^[0-9a-f]{32}$/)]);
  expect(root.names().toSorted()).toEqual(layers.toSorted());
});

test('version and info are Docker’s', async () => {
  const { engine } = fixture;
  expect(await engine.version()).toMatchObject({
    Version: '28.5.2',
    ApiVersion: '1.51',
    MinAPIVersion: '1.24',
    Arch: '386',
    KernelVersion: '6.12.0',
  });
  expect(await engine.info()).toMatchObject({
    Images: 1,
    Containers: 0,
    Driver: 'overlay2',
    NCPU: 1,
    MemTotal: 256 << 20,
    Name: 'bottle',
  });
  expect((await engine.info()).ID).toBe((await (await fixture.reopen()).info()).ID);
});
