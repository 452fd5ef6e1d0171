import { beforeEach, describe, expect, test } from 'vitest';
import type { CreateConfig, EventMessage } from '../../protocol/engine-api.ts';
import { create, failure, type Fixture, makeFixture, settle } from '../fixture.suite.ts';
import { AddressPool } from './addresspool.ts';
import { parseMac, randomMac } from './mac.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await makeFixture();
});

async function run(config: CreateConfig = {}, name?: string): Promise<string> {
  const id = await create(fixture.engine, config, name);
  await fixture.engine.containerStart(id);
  return id;
}

async function end(id: string): Promise<void> {
  const { process } = fixture.agent.calls
    .filter(([method]) => method === 'start')
    .map(([, spec]) => spec as ReturnType<typeof fixture.agent.started>)
    .findLast((spec) => spec.id === id)!;
  fixture.agent.exit(process, 0);
  await settle();
  await settle();
}

const settingsOf = async (id: string) => (await fixture.engine.containerInspect(id)).NetworkSettings;
const addressOf = async (id: string) => (await settingsOf(id)).IPAddress;

const connect = (network: string, Container: string, EndpointConfig = {}) =>
  fixture.engine.networkConnect(network, { Container, EndpointConfig });
const disconnect = (network: string, Container: string) =>
  fixture.engine.networkDisconnect(network, { Container });

describe('a pool of addresses', () => {
  test('gives the lowest that is free, never the ends nor the gateway', () => {
    const pool = new AddressPool('10.0.0.0/29', '10.0.0.1');
    const taken = [1, 2, 3, 4, 5].map(() => pool.take());
    expect(taken).toEqual(['10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6']);
    expect(() => pool.take()).toThrow('no available IPv4 addresses');
    pool.release('10.0.0.4');
    expect(pool.take()).toBe('10.0.0.4');
  });

  test('an address keeps its hardware address', () => {
    const pool = new AddressPool('172.17.0.0/16', '172.17.0.1');
    expect(pool.macOf('172.17.0.2')).toBe(pool.macOf('172.17.0.2'));
    expect(pool.macOf('172.17.0.2')).not.toBe(pool.macOf('172.17.0.3'));
  });
});

test('hardware addresses: locally administered, for one receiver; in all of Go’s spellings', () => {
  for (let i = 0; i < 50; i += 1) expect(Number.parseInt(randomMac().slice(0, 2), 16) & 3).toBe(2);
  for (const text of ['02:42:AC:11:00:02', '02-42-ac-11-00-02', '0242.ac11.0002'])
    expect(parseMac(text)).toBe('02:42:ac:11:00:02');
  for (const text of ['', '02:42:ac:11:00', '02:42-ac:11:00:02', '2:42:ac:11:0:2'])
    expect(parseMac(text)).toBeUndefined();
});

describe('a running container', () => {
  test('has an address, which goes back when it ends', async () => {
    const one = await run();
    const two = await run();
    expect([await addressOf(one), await addressOf(two)]).toEqual(['172.17.0.2', '172.17.0.3']);
    await end(one);
    const settings = await settingsOf(one);
    expect(settings).toMatchObject({ IPAddress: '', SandboxID: '', EndpointID: '', MacAddress: '' });
    expect(settings.Networks['bridge']!.NetworkID).toMatch(/^[0-9a-f]{64}$/);
    expect(await addressOf(await run())).toBe('172.17.0.2');
    await fixture.engine.containerStart(one);
    expect(await addressOf(one)).toBe('172.17.0.4');
  });

  test('shows what the agent was told', async () => {
    const id = await run();
    const endpoint = fixture.agent.started().endpoints?.[0];
    const { Networks, ...settings } = await settingsOf(id);
    expect(endpoint).toMatchObject({
      bridge: 'docker0',
      device: 'eth0',
      address: settings.IPAddress,
      gateway: settings.Gateway,
      mac: settings.MacAddress,
      prefix: settings.IPPrefixLen,
    });
    expect(endpoint?.port).toBe(`veth${settings.EndpointID.slice(0, 7)}`);
    expect(Networks['bridge']).toMatchObject({ EndpointID: settings.EndpointID, GwPriority: 0 });
    expect(settings.SandboxKey).toBe(`/var/run/docker/netns/${settings.SandboxID.slice(0, 12)}`);
  });

  test('that fails to start keeps nothing', async () => {
    fixture.agent.script.start = () => Promise.reject(new Error('no'));
    const id = await create(fixture.engine);
    await failure(fixture.engine.containerStart(id));
    expect((await settingsOf(id)).SandboxID).toBe('');
    fixture.agent.script = {};
    expect(await addressOf(await run())).toBe('172.17.0.2');
  });

  test.each(['none', 'host'])('on %s has an endpoint without an address', async (mode) => {
    const id = await run({ HostConfig: { NetworkMode: mode } });
    expect(fixture.agent.started()).not.toHaveProperty('endpoints');
    const settings = await settingsOf(id);
    expect(settings).toMatchObject({ EndpointID: '', IPAddress: '' });
    expect(settings.SandboxID).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.keys(settings.Networks)).toEqual([mode]);
    expect(settings.Networks[mode]!.EndpointID).toMatch(/^[0-9a-f]{64}$/);
    expect(settings.SandboxKey.endsWith('default')).toBe(mode === 'host');
  });

  test('without networking has no network', async () => {
    const id = await run({ NetworkDisabled: true });
    expect((await settingsOf(id)).Networks).toEqual({});
    expect(fixture.agent.started()).not.toHaveProperty('endpoints');
  });

  test('with the hardware address it asks for', async () => {
    const id = await run({
      NetworkingConfig: { EndpointsConfig: { default: { MacAddress: '12:34:56:78:9A:BC' } } },
    });
    expect((await settingsOf(id)).MacAddress).toBe('12:34:56:78:9a:bc');
  });

  test('tells of its coming and going', async () => {
    const stream = await fixture.engine.events({ filters: { type: ['network'] } });
    const seen: EventMessage[] = [];
    void (async () => {
      for await (const event of stream) seen.push(event);
    })();
    const id = await run();
    await end(id);
    const bridge = await fixture.engine.networkInspect('bridge');
    const Actor = { ID: bridge.Id, Attributes: { container: id, name: 'bridge', type: 'bridge' } };
    expect(seen).toMatchObject([
      { Type: 'network', Action: 'connect', Actor },
      { Type: 'network', Action: 'disconnect', Actor },
    ]);
  });

  test('of a network that is not there does not start', async () => {
    const id = await create(fixture.engine, { HostConfig: { NetworkMode: 'nosuch' } });
    expect(await failure(fixture.engine.containerStart(id))).toEqual({
      status: 404,
      message: 'failed to set up container networking: network nosuch not found',
    });
  });
});

describe('networks', () => {
  test('are three, by name, ID and the beginning of an ID; the same on the next visit', async () => {
    const all = await fixture.engine.networkList();
    expect(all.map(({ Name, Driver }) => [Name, Driver])).toEqual([
      ['bridge', 'bridge'],
      ['host', 'host'],
      ['none', 'null'],
    ]);
    for (const { Id, Name } of all)
      for (const text of [Id, Id.slice(0, 12), Name])
        expect((await fixture.engine.networkInspect(text)).Name).toBe(Name);
    const again = await fixture.reopen();
    expect(await again.networkList()).toEqual(all);
  });

  test('show the containers that run on them', async () => {
    const id = await run({}, 'web');
    const settings = await settingsOf(id);
    expect((await fixture.engine.networkInspect('bridge')).Containers).toEqual({
      [id]: {
        Name: 'web',
        EndpointID: settings.EndpointID,
        MacAddress: settings.MacAddress,
        IPv4Address: '172.17.0.2/16',
        IPv6Address: '',
      },
    });
    expect((await fixture.engine.networkList())[0]!.Containers).toEqual({});
    await end(id);
    expect((await fixture.engine.networkInspect('bridge')).Containers).toEqual({});
  });

  test.each<[filters: Record<string, string[]>, names: string[]]>([
    [{ driver: ['null', 'host'] }, ['host', 'none']],
    [{ name: ['o'] }, ['host', 'none']],
    [{ name: ['^host$'] }, ['host']],
    [{ scope: ['local'] }, ['bridge', 'host', 'none']],
    [{ scope: ['swarm'] }, []],
    [{ type: ['builtin'] }, ['bridge', 'host', 'none']],
    [{ type: ['custom'] }, []],
    [{ dangling: ['true'] }, []],
    [{ dangling: ['0'] }, ['bridge', 'host', 'none']],
    [{ label: ['a'] }, []],
  ])('by filters: %j', async (filters, names) => {
    expect((await fixture.engine.networkList({ filters })).map(({ Name }) => Name)).toEqual(names);
  });

  test.each<[filters: Record<string, string[]>, status: number, message: string]>([
    [{ foo: ['a'] }, 400, "invalid filter 'foo'"],
    [{ type: ['x'] }, 500, "invalid filter: 'type'='x'"],
    [
      { dangling: ['x'] },
      400,
      `invalid value for filter 'dangling', must be "true" (or "1"), or "false" (or "0")`,
    ],
    [{ dangling: ['1', '0'] }, 400, 'got more than one value for filter key "dangling"'],
  ])('with a filter that is none: %j', async (filters, status, message) => {
    expect(await failure(fixture.engine.networkList({ filters }))).toEqual({ status, message });
  });

  test.each<[name: string, driver: string, status: number, message: string]>([
    ['bridge', '', 403, 'operation is not permitted on predefined bridge network '],
    ['', '', 400, 'invalid name: name is empty'],
    ['x', 'host', 403, 'only one instance of "host" network is allowed'],
    ['x', 'nope', 404, 'plugin "nope" not found'],
    ['x', 'bridge', 501, 'user-defined networks are not supported yet'],
  ])('cannot be made: %s of %s', async (Name, Driver, status, message) => {
    expect(await failure(fixture.engine.networkCreate({ Name, Driver }))).toEqual({ status, message });
  });

  test('cannot be removed', async () => {
    expect(await failure(fixture.engine.networkRemove('host'))).toEqual({
      status: 403,
      message: 'host is a pre-defined network and cannot be removed',
    });
    expect(await failure(fixture.engine.networkRemove('x'))).toEqual({
      status: 404,
      message: 'network x not found',
    });
    expect(await fixture.engine.networkPrune()).toEqual({ NetworksDeleted: null });
    expect(await failure(fixture.engine.networkPrune({ filters: { dangling: ['1'] } }))).toEqual({
      status: 400,
      message: "invalid filter 'dangling'",
    });
  });
});

describe('connecting and disconnecting', () => {
  test('a stopped container leaves its network and comes to another', async () => {
    const id = await create(fixture.engine, { HostConfig: { NetworkMode: 'none' } });
    await disconnect('none', id);
    expect((await settingsOf(id)).Networks).toEqual({});
    await connect('bridge', id);
    await fixture.engine.containerStart(id);
    expect(await addressOf(id)).toBe('172.17.0.2');
    await connect('bridge', id);
  });

  test.each<[mode: string, network: string, settings: object, message: string]>([
    ['bridge', 'host', {}, 'cannot connect container to host network - container must be created in host'],
    [
      'none',
      'bridge',
      {},
      'container cannot be connected to multiple networks with one of the networks in private',
    ],
    ['host', 'bridge', {}, 'container sharing network namespace with another container or host cannot be'],
    [
      'bridge',
      'bridge',
      { IPAMConfig: { IPv4Address: '172.17.0.9' }, Aliases: ['x'] },
      'invalid endpoint settings:\n* user specified IP address is supported on user defined networks only\n* network-scoped alias is supported only for containers in user defined networks',
    ],
    ['bridge', 'bridge', { MacAddress: 'x' }, 'invalid MAC address x'],
  ])('from %s to %s', async (mode, network, settings, message) => {
    const id = await create(fixture.engine, { HostConfig: { NetworkMode: mode } });
    const failed = await failure(connect(network, id, settings));
    expect(failed.status).toBe(400);
    expect(failed.message).toContain(message);
  });

  test.each<[settings: object, message: string]>([
    [{ MacAddress: 'xx' }, 'invalid MAC address xx'],
    [
      { IPAMConfig: { IPv4Address: '172.17.0.9' } },
      'invalid endpoint settings:\nuser specified IP address is supported on user defined networks only',
    ],
    [
      { IPAMConfig: { IPv4Address: 'bad' }, Aliases: ['x'] },
      'invalid endpoint settings:\n* user specified IP address is supported on user defined networks only\n* network-scoped alias is supported only for containers in user defined networks\n* invalid IPv4 address: bad\n* no configured subnet or ip-range contain the IP address bad',
    ],
    [{ IPAMConfig: { LinkLocalIPs: ['x'] } }, 'invalid endpoint settings:\ninvalid link-local IP address: x'],
  ])('is looked at when the container is made: %j', async (bridge, message) => {
    const config = { NetworkingConfig: { EndpointsConfig: { bridge } } };
    expect(await failure(create(fixture.engine, config))).toEqual({
      status: 400,
      message: `invalid config for network bridge: ${message}`,
    });
  });

  test('networks that do not go together are found out at the start', async () => {
    const id = await create(fixture.engine, {
      NetworkingConfig: { EndpointsConfig: { bridge: {}, host: {} } },
    });
    expect((await failure(fixture.engine.containerStart(id))).message).toMatch(
      /^failed to set up container networking: /,
    );
  });

  test('what is not connected cannot be disconnected', async () => {
    const id = await create(fixture.engine);
    expect(await failure(disconnect('host', id))).toEqual({
      status: 500,
      message: `container ${id} is not connected to the network host`,
    });
    expect(await failure(disconnect('host', 'nosuch'))).toMatchObject({ status: 404 });
  });

  test('a running container stays where it is', async () => {
    const id = await run();
    expect(await failure(disconnect('bridge', id))).toMatchObject({ status: 501 });
    expect(await failure(disconnect('nosuch', id))).toMatchObject({ status: 404 });
    const host = await run({ HostConfig: { NetworkMode: 'host' } });
    expect(await failure(disconnect('host', host))).toMatchObject({ status: 400 });
  });
});

test('whoever is linked to a container learns its new address', async () => {
  const db = await run({}, 'database');
  const web = await run({ HostConfig: { Links: ['database:db'] } }, 'web');
  await end(db);
  await run();
  await fixture.engine.containerStart(db);
  expect(fixture.agent.calls).toContainEqual(['hosts', { id: web, name: 'db', address: '172.17.0.4' }]);
});
