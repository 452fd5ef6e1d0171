import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { AgentError } from '../../../protocol/agent-client.ts';
import type { CreateConfig, HostConfig, PortMap } from '../../../protocol/engine-api.ts';
import { create, failure, type Fixture, makeFixture, settle } from '../../fixture.suite.ts';
import { addressBytes, canonicalAddress } from './hostaddress.ts';
import { PortAllocator } from './portallocator.ts';
import { parseHostPort, validatePortBindings } from './portspec.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await makeFixture();
});

const exposed = (...ports: string[]) => Object.fromEntries(ports.map((port) => [port, {}]));
const on = (HostPort: string, HostIp = '') => [{ HostIp, HostPort }];

async function run(ports: PortMap, more: HostConfig = {}, config: CreateConfig = {}): Promise<string> {
  const id = await create(fixture.engine, {
    ExposedPorts: exposed(...Object.keys(ports)),
    ...config,
    HostConfig: { PortBindings: ports, ...more },
  });
  await fixture.engine.containerStart(id);
  return id;
}

async function end(id: string): Promise<void> {
  const call = fixture.agent.calls.findLast(
    ([method, spec]) => method === 'start' && (spec as { id: string }).id === id,
  );
  fixture.agent.exit((call![1] as ReturnType<typeof fixture.agent.started>).process, 0);
  await settle();
  await settle();
}

const portsOf = async (id: string) => (await fixture.engine.containerInspect(id)).NetworkSettings.Ports;
const both = (port: number) => [
  { HostIp: '0.0.0.0', HostPort: String(port) },
  { HostIp: '::', HostPort: String(port) },
];

describe('spellings', () => {
  test('of host ports', () => {
    expect(parseHostPort('')).toBeUndefined();
    expect(parseHostPort('80')).toEqual({ first: 80, last: 80 });
    expect(parseHostPort('9090-9092/tcp')).toEqual({ first: 9090, last: 9092 });
    for (const text of ['x', '9090-9089', '9090-', '-9090', '70000'])
      expect(() => parseHostPort(text)).toThrow(`invalid port specification: "${text}"`);
  });

  test('of bindings', () => {
    expect(() => validatePortBindings({ 'x/tcp': [] })).toThrow('invalid port specification: "x"');
    expect(() => validatePortBindings({ '80/tcp': null, '81': on('1-2') })).not.toThrow();
  });

  test('of addresses', () => {
    expect(addressBytes('127.0.0.1')).toEqual([127, 0, 0, 1]);
    expect(addressBytes('::')).toEqual(Array.from({ length: 16 }, () => 0));
    expect(addressBytes('fe80::1')).toEqual([0xfe, 0x80, ...Array.from({ length: 13 }, () => 0), 1]);
    expect(canonicalAddress('0:0::0001')).toBe('::1');
    for (const text of ['', 'bad', '1.2.3', '1.2.3.256', '::g']) expect(addressBytes(text)).toBeUndefined();
  });

  test('sixteen bytes of any address', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const bytes = addressBytes(text);
        expect(bytes).toHaveLength(16);
        expect(addressBytes(canonicalAddress(text)!)).toEqual(bytes);
      }),
    );
  });
});

describe('a port', () => {
  test('of a range: the next, then the first again, then none', () => {
    const ports = new PortAllocator();
    const range = { first: 9090, last: 9092 };
    const take = () => ports.allocate('tcp', ['0.0.0.0'], range);
    expect([take(), take(), take()]).toEqual([9090, 9091, 9092]);
    expect(take).toThrow('all ports are allocated');
    ports.release('tcp', ['0.0.0.0'], 9091);
    expect(take()).toBe(9091);
  });

  test('of everybody conflicts with that of one address, but not with another family or protocol', () => {
    const ports = new PortAllocator();
    const range = { first: 80, last: 80 };
    ports.allocate('tcp', ['127.0.0.1'], range);
    ports.allocate('tcp', ['127.0.0.2'], range);
    ports.allocate('tcp', ['::'], range);
    ports.allocate('udp', ['0.0.0.0'], range);
    expect(() => ports.allocate('tcp', ['0.0.0.0'], range)).toThrow(
      'Bind for 127.0.0.1:80 failed: port is already allocated',
    );
    expect(() => ports.allocate('udp', ['127.0.0.1'], range)).toThrow('Bind for 0.0.0.0:80 failed');
  });
});

describe('a container', () => {
  test('publishes what it exposes, in both families', async () => {
    const id = await run({ '80/tcp': on('8085') }, {}, { ExposedPorts: exposed('80/tcp', '90/tcp') });
    expect(await portsOf(id)).toEqual({ '80/tcp': both(8085), '90/tcp': null });
    const [v4, v6] = fixture.agent.started().publish!;
    expect(v4).toEqual({
      protocol: 'tcp',
      host: [0, 0, 0, 0],
      port: 8085,
      address: '172.17.0.2',
      target: 80,
    });
    expect(v6!.host).toHaveLength(16);
    const [listed] = await fixture.engine.containerList();
    expect(listed!.Ports).toEqual([
      { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8085, Type: 'tcp' },
      { IP: '::', PrivatePort: 80, PublicPort: 8085, Type: 'tcp' },
      { PrivatePort: 90, Type: 'tcp' },
    ]);
    await end(id);
    expect(await portsOf(id)).toEqual({});
  });

  test('publishes nothing that it does not expose', async () => {
    const id = await run({ '80/tcp': on('8085') }, {}, { ExposedPorts: {} });
    expect(await portsOf(id)).toEqual({});
    expect(fixture.agent.started()).not.toHaveProperty('publish');
  });

  test('publishes all it exposes when asked to, from 32768 on, each protocol for itself', async () => {
    const id = await run(
      { '90/tcp': on('') },
      { PublishAllPorts: true },
      { ExposedPorts: exposed('80/tcp', '81/udp', '100/tcp', '90/tcp') },
    );
    expect(await portsOf(id)).toEqual({
      '80/tcp': both(32768),
      '81/udp': both(32768),
      '90/tcp': both(32769),
      '100/tcp': both(32770),
    });
    await end(id);
    await fixture.engine.containerStart(id);
    expect((await portsOf(id))['80/tcp']).toEqual(both(32771));
  });

  test('takes a port that leaves a choice after those that do not', async () => {
    const id = await run({ '80/tcp': on('8000-8001'), '81/tcp': on('8000') });
    expect(await portsOf(id)).toEqual({ '80/tcp': both(8001), '81/tcp': both(8000) });
  });

  test('on an address of its own', async () => {
    const id = await run({ '80/tcp': [...on('7000', '127.0.0.1'), ...on('7002', '0:0::1')] });
    expect(await portsOf(id)).toEqual({
      '80/tcp': [
        { HostIp: '127.0.0.1', HostPort: '7000' },
        { HostIp: '::1', HostPort: '7002' },
      ],
    });
  });

  test('whose port is taken stays created, without its other ports and its address', async () => {
    await run({ '80/tcp': on('8080') });
    const id = await create(
      fixture.engine,
      {
        ExposedPorts: exposed('80/tcp', '81/tcp'),
        HostConfig: { PortBindings: { '81/tcp': on('8080'), '80/tcp': on('8081') } },
      },
      'web2',
    );
    const { status, message } = await failure(fixture.engine.containerStart(id));
    expect(status).toBe(500);
    expect(message).toMatch(
      /^failed to set up container networking: driver failed programming external connectivity on endpoint web2 \([0-9a-f]{64}\): Bind for 0\.0\.0\.0:8080 failed: port is already allocated$/,
    );
    const { State } = await fixture.engine.containerInspect(id);
    expect(State).toMatchObject({ Status: 'created', ExitCode: 128, Error: message });
    const third = await run({ '80/tcp': on('8081') });
    expect((await fixture.engine.containerInspect(third)).NetworkSettings.IPAddress).toBe('172.17.0.3');
  });

  test('whose port somebody else in the machine has', async () => {
    fixture.agent.script.start = () =>
      Promise.reject(new AgentError({ code: 'EADDRINUSE', step: 'publish 1', message: '' }));
    const { message } = await failure(run({ '80/tcp': on('8080') }));
    expect(message).toContain(
      'failed to bind host port for [::]:8080:172.17.0.2:80/tcp: address already in use',
    );
  });

  test('of a protocol that the machine does not have', async () => {
    const { message } = await failure(run({ '80/sctp': on('7003') }));
    expect(message).toContain(
      'error starting userland proxy: failed to listen on 0.0.0.0:7003: protocol not supported',
    );
    expect(await portsOf(await run({ '80/tcp': on('7003') }))).toEqual({ '80/tcp': both(7003) });
  });

  test('on the machine’s own network publishes nothing', async () => {
    const id = await run({ '80/tcp': on('8080') }, { NetworkMode: 'host' });
    expect(await portsOf(id)).toEqual({});
  });

  test.each<[filters: Record<string, string[]>, names: string[]]>([
    [{ publish: ['8080'] }, ['/web']],
    [{ publish: ['8000-8100/tcp'] }, ['/web']],
    [{ publish: ['80'] }, []],
    [{ expose: ['80'] }, ['/web']],
    [{ expose: ['53/udp'] }, ['/dns']],
    [{ network: ['bridge'] }, ['/dns', '/web']],
    [{ network: ['none'] }, []],
  ])('is found by %j', async (filters, names) => {
    const web = await run({ '80/tcp': on('8080') });
    await fixture.engine.containerRename(web, 'web');
    const dns = await run({}, {}, { ExposedPorts: exposed('53/udp') });
    await fixture.engine.containerRename(dns, 'dns');
    const found = await fixture.engine.containerList({ filters });
    expect(found.flatMap(({ Names }) => Names).toSorted()).toEqual(names);
  });

  test('is not looked for by what is no port', async () => {
    expect(await failure(fixture.engine.containerList({ filters: { publish: ['1:2'] } }))).toEqual({
      status: 500,
      message: "filter for 'publish' should not contain ':': 1:2",
    });
  });
});
