/** Networks of real containers: who reaches whom, who sees what, and what is left of it. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { added, atRest } from './counts.ts';
import { machineForFile } from './machine.ts';

const machine = machineForFile();
const sh = (script: string) => machine().sh(script);
const out = (script: string) => machine().out(script);
/** What a script says in a fresh container; it must not hold single quotes. */
const inside = (script: string, options = '') => out(`docker run --rm ${options} busybox sh -c '${script}'`);
const addressOf = (name: string) => out(`docker inspect -f '{{.NetworkSettings.IPAddress}}' ${name}`);
/** A server of its name. */
const server = (name: string, port = 80) => publish(name, '', port);

/** When it listens, httpd goes to the background. */
async function publish(name: string, options: string, port = 80): Promise<void> {
  const serving = `echo ${name} > /index.html; httpd -p ${port} -h /; echo listens; exec sleep 1000`;
  await out(`docker run -d --name ${name} ${options} busybox sh -c '${serving}'`);
  await listens(name);
}

/** Waits until it listens, after so many starts. */
const listens = (name: string, starts = 1) =>
  machine().until(`docker logs ${name} | grep -c listens`, String(starts));

/** The kernel takes its time to remove a network namespace that nobody is in any more. */
const devicesGone = () => machine().until('ls /sys/class/net | grep veth; true', '');

const udpEcho = `
  const socket = syscall(359, 2, 2, 0);
  const name = new Uint8Array([2, 0, 0, 53, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  syscall(361, socket, name, 16);
  for (;;) {
    const [bytes, from] = [new Uint8Array(2048), new Uint8Array(16)];
    const got = syscall(371, socket, bytes, bytes.length, 0, from, new Uint32Array([16]));
    syscall(369, socket, bytes, got, 0, from, 16);
  }
`;
const udpAsk = `
  const socket = syscall(359, 2, 2, 0);
  syscall(362, socket, new Uint8Array([2, 0, 5353 >> 8, 5353 & 255, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]), 16);
  syscall(4, socket, 'hello\\n', 6);
  const bytes = new Uint8Array(2048);
  syscall(4, 1, bytes, syscall(3, socket, bytes, bytes.length));
`;

beforeAll(() => out('docker pull -q busybox'));
afterEach(() => sh('docker rm -f $(docker ps -aq)'));

describe('the default bridge', () => {
  test('a container has its address, its route and its name', async () => {
    const said = await inside('ip addr show eth0; ip route; cat /etc/hosts; hostname');
    expect(said).toMatch(/^2: eth0@if\d+: <BROADCAST,MULTICAST,UP,LOWER_UP/m);
    expect(said).toContain('inet 172.17.0.2/16 brd 172.17.255.255 scope global eth0');
    expect(said).not.toContain('inet6');
    expect(said).toContain('default via 172.17.0.1 dev eth0');
    expect(said).toMatch(/^172\.17\.0\.2\t([0-9a-f]{12})\n\1$/m);
  });

  test('inspect shows what the container has', async () => {
    await server('web');
    const shown = JSON.parse(await out("docker inspect -f '{{json .NetworkSettings}}' web"));
    expect(shown).toMatchObject({ IPAddress: '172.17.0.2', IPPrefixLen: 16, Gateway: '172.17.0.1' });
    expect(await out('docker exec web cat /sys/class/net/eth0/address')).toBe(shown.MacAddress);
    expect(shown.Networks.bridge.MacAddress).toBe(shown.MacAddress);
  });

  test('containers reach each other, the gateway and themselves by address', async () => {
    await server('one');
    await server('two', 8080);
    expect(await inside('wget -qO- 172.17.0.2; wget -qO- 172.17.0.3:8080')).toBe('one\ntwo');
    expect(await inside('ping -c 1 -W 5 172.17.0.2; ping -c 1 -W 5 172.17.0.1')).toMatch(
      /1 packets received[^]*1 packets received/,
    );
    expect(await out('docker exec two wget -qO- 172.17.0.3:8080')).toBe('two');
    expect(await out('wget -qO- 172.17.0.2')).toBe('one');
  });

  test('a container reaches what listens on the gateway', async () => {
    await out('mkdir -p /tmp/www; echo machine > /tmp/www/index.html; httpd -p 172.17.0.1:8000 -h /tmp/www');
    expect(await inside('wget -qO- 172.17.0.1:8000')).toBe('machine');
    await out('kill $(pidof httpd)');
  });

  test('the lowest free address is given, and given back', async () => {
    for (const name of ['aa', 'bb', 'cc']) await server(name);
    expect(await addressOf('bb')).toBe('172.17.0.3');
    await out('docker stop -t 0 bb');
    expect(await addressOf('bb')).toBe('');
    await server('dd');
    expect(await addressOf('dd')).toBe('172.17.0.3');
    await out('docker start bb');
    await listens('bb', 2);
    expect(await addressOf('bb')).toBe('172.17.0.5');
    expect(await inside('wget -qO- 172.17.0.5; wget -qO- 172.17.0.3')).toBe('bb\ndd');
  });

  test('an address whose owner changes is found at once', async () => {
    for (const name of ['first', 'second', 'third']) {
      await server(name);
      expect(await out('wget -qO- 172.17.0.2')).toBe(name);
      await out(`docker rm -f ${name}`);
    }
  });

  test('a megabyte from one container to another', async () => {
    await server('source');
    await out('docker exec source sh -c "yes | head -c 1000000 > /data"');
    expect(await inside('wget -qO- 172.17.0.2/data | md5sum')).toBe(
      await out('yes | head -c 1000000 | md5sum'),
    );
  });
});

describe('the other modes', () => {
  test('none has nothing but lo, which is up', async () => {
    expect(await inside('ls /sys/class/net; ping -c 1 127.0.0.1 | grep -c ttl', '--network none')).toBe(
      'lo\n1',
    );
    expect((await sh('docker run --rm --network none busybox ping -c 1 -W 1 172.17.0.1')).code).toBe(1);
  });

  test("host has the machine's devices, its name and its hosts", async () => {
    await devicesGone();
    expect(await inside('ls /sys/class/net', '--network host')).toMatch(/^docker0\neth0\nlo$/);
    expect(await inside('hostname; cat /etc/hosts', '--network host')).toBe(
      await out('hostname; cat /etc/hosts'),
    );
  });
});

describe('published ports', () => {
  test('answer on the machine, in both families, and for other containers at the gateway', async () => {
    await publish('web', '-p 8080:80');
    expect(await out('wget -qO- 127.0.0.1:8080; wget -qO- [::1]:8080; wget -qO- 172.17.0.1:8080')).toBe(
      'web\nweb\nweb',
    );
    expect(await inside('wget -qO- 172.17.0.1:8080')).toBe('web');
    expect(await inside('wget -qO- 127.0.0.1:8080', '--network host')).toBe('web');
    await out('docker rm -f web');
    expect((await sh('wget -qO- 127.0.0.1:8080')).code).toBe(1);
  });

  test('that are taken, by a container or by the machine', async () => {
    await publish('web', '-p 8080:80');
    const taken = await sh('docker run -d --name web2 -p 8080:80 busybox true');
    expect(taken.code).toBe(125);
    expect(taken.stderr).toContain('Bind for 0.0.0.0:8080 failed: port is already allocated');
    expect(await out(`docker ps -a --filter name=web2 --format '{{.Status}}'`)).toBe('Created');
    await out('httpd -p 8081 -h /tmp');
    const bound = await sh('docker run -d -p 8081:80 busybox true');
    expect(bound.stderr).toContain(
      'failed to bind host port for 0.0.0.0:8081:172.17.0.3:80/tcp: address already in use',
    );
    await out('kill $(pidof httpd | tr " " "\\n" | sort -n | tail -1)');
    expect((await sh('docker run --rm -p 1.2.3.4:7001:80 busybox true')).stderr).toContain(
      'cannot assign requested address',
    );
  });

  test('come back at once when the container is restarted', async () => {
    await publish('web', '-p 8080:80');
    for (let i = 0; i < 5; i++) {
      await out('docker restart -t 0 web');
      await machine().until('wget -qO- 127.0.0.1:8080', 'web');
    }
    await machine().until('pidof docker-proxy | wc -w', '1');
  });

  test('on an address of their own, chosen from a range', async () => {
    await publish('web', '-p 127.0.0.1:8090-8091:80');
    expect(await out('wget -qO- 127.0.0.1:8090')).toBe('web');
    expect((await sh('wget -qO- 172.17.0.1:8090')).code).toBe(1);
  });

  // The guest's busybox speaks no UDP, so the agent's interpreter does.
  test('of UDP', async () => {
    await machine().out('cat > /tmp/echo.js', udpEcho);
    await machine().out('cat > /tmp/ask.js', udpAsk);
    const mounts = '-v /bin/agent:/agent -v /tmp/echo.js:/echo.js';
    await out(`docker run -d --name echo -p 5353:53/udp ${mounts} busybox /agent /echo.js`);
    await machine().until('docker exec echo netstat -lun | grep -c :53', '1');
    expect(await out('for i in 1 2 3; do /bin/agent /tmp/ask.js; done')).toBe('hello\nhello\nhello');
    expect(await out('docker port echo')).toBe('53/udp -> 0.0.0.0:5353\n53/udp -> [::]:5353');
  });

  test('carry a megabyte each way', async () => {
    await out('docker run -d --name sink -p 9000:99 busybox nc -l -p 99 -e md5sum');
    await machine().until('docker exec sink netstat -ltn | grep -c :99', '1');
    const sum = await out('yes | head -c 1000000 | md5sum');
    expect(await out('yes | head -c 1000000 | nc 127.0.0.1 9000')).toBe(sum);
    await publish('source', '-p 8080:80');
    await out('docker exec source sh -c "yes | head -c 1000000 > /data"');
    expect(await out('wget -qO- 127.0.0.1:8080/data | md5sum')).toBe(sum);
  });
});

describe('links', () => {
  test('a container reaches another by name, also when that one has a new address', async () => {
    await server('database');
    await out(
      `docker run -d --name web --link database:db busybox sh -c 'echo mine >> /etc/hosts; sleep 1000'`,
    );
    expect(await out('docker exec web sh -c "wget -qO- db; wget -qO- database"')).toBe('database\ndatabase');
    expect(await out('docker exec web env')).toContain('DB_NAME=/web/db');
    await out('docker stop -t 0 database');
    await server('other');
    await out('docker start database');
    await listens('database', 2);
    expect(await addressOf('database')).toBe('172.17.0.4');
    expect(await out('docker exec web wget -qO- db')).toBe('database');
    expect(await out('docker exec web tail -1 /etc/hosts')).toBe('mine');
  });
});

describe('a container', () => {
  test('sees no device and no socket of another', async () => {
    await server('other');
    expect(await inside('ls /sys/class/net; netstat -ltn | tail -n +3')).toBe('eth0\nlo');
  });

  test('cannot change its own network without the capability', async () => {
    for (const change of [
      'ip addr add 172.17.0.99/16 dev eth0',
      'ip link set eth0 down',
      'ip link set eth0 address 02:00:00:00:00:01',
      'ip route del default',
      'echo 1 > /proc/sys/net/ipv4/ip_forward',
    ]) {
      const { code } = await sh(`docker run --rm busybox sh -c '${change} 2> /dev/null'`);
      expect(code, change).not.toBe(0);
    }
    expect(await inside('ip link set eth0 down && echo done', '--cap-add NET_ADMIN')).toBe('done');
  });
});

const counts = async () => ({ ...(await machine().census()), memoryAvailable: 0 });

describe('nothing is left', () => {
  test('of fifty containers', async () => {
    await devicesGone();
    const before = await atRest(counts);
    await out('i=0; while [ $i -lt 50 ]; do docker run --rm busybox true || exit 1; i=$((i+1)); done');
    await devicesGone();
    await expect.poll(async () => added(before, await counts())).toEqual({});
  });

  test('of starts that fail', async () => {
    for (const options of [
      '-p 8080:80 busybox nosuch',
      '-u nosuch busybox true',
      '--sysctl net.no.such=1 busybox true',
    ])
      expect((await sh(`docker run --rm ${options}`)).code, options).toBeGreaterThan(0);
    await devicesGone();
    expect(await inside('hostname -i')).toBe('172.17.0.2');
    await machine().until('pidof docker-proxy; true', '');
  });
});
