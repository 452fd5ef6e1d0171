/** Containers' logs on the data disk. */
import { afterEach, describe, expect, test } from 'vitest';
import { machineForFile } from './machine.ts';

const machine = machineForFile();
const out = (script: string, input?: string) => machine().out(script, input);
const sh = (script: string, input?: string) => machine().sh(script, input);

afterEach(async () => {
  await sh('docker rm -f $(docker ps -aq)');
});

describe('docker logs', () => {
  test('keeps the streams apart, and what has no newline', async () => {
    await sh(`docker run --name box busybox sh -c 'echo out; echo err >&2; printf half'`);
    expect(await sh('docker logs box')).toEqual({ code: 0, stdout: 'out\nhalf', stderr: 'err\n' });
    expect(await out('docker logs --tail 1 box')).toBe('half');
    expect(await out('docker logs -t box 2>/dev/null | head -n 1')).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z out$/,
    );
  });

  test('outlives the run, and is gone with the container', async () => {
    await out(`docker run --name box busybox sh -c 'echo again'`);
    await out('docker start -a box');
    expect(await out('docker logs box')).toBe('again\nagain');
    const path = await out(`docker inspect -f '{{.LogPath}}' box`);
    expect(await out(`grep -ac again ${path}`)).toBe('2');
    await out('docker rm box');
    expect(await out('ls /var/lib/docker/containers')).toBe('');
    expect((await machine().census()).snapshots).toBe(0);
  });

  test('follows to the end and misses nothing', async () => {
    const script = 'i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo line $i; done; echo end';
    await out(`docker run -d --name box busybox sh -c 'sleep 0.3; ${script}'`);
    const followed = (await out('docker logs -f box')).split('\n');
    expect(followed).toHaveLength(2001);
    expect(followed.at(-1)).toBe('end');
    expect(await out('docker logs box')).toBe(followed.join('\n'));
  });

  test('followers who come while much is written see every byte once', async () => {
    const script = 'i=0; while [ $i -lt 20 ]; do i=$((i+1)); seq $((i*1000)) $((i*1000+999)); done';
    await out(`docker run -d --name box busybox sh -c '${script}'`);
    const all = await Promise.all(Array.from({ length: 4 }, () => out('docker logs -f box')));
    const wanted = Array.from({ length: 20_000 }, (_, i) => String(i + 1000)).join('\n');
    for (const text of all) expect(text).toBe(wanted);
  });

  test('on a terminal', async () => {
    await out(`docker run -dt --name box busybox sh -c 'echo hi; echo err >&2'`);
    await out('docker wait box');
    expect(await sh('docker logs box')).toEqual({ code: 0, stdout: 'hi\r\nerr\r\n', stderr: '' });
  });

  test('drivers: none keeps nothing, local as json-file', async () => {
    await out('docker run --name none --log-driver none busybox echo hi');
    expect((await sh('docker logs none')).stderr).toContain(
      'configured logging driver does not support reading',
    );
    await out('docker run --name local --log-driver local busybox echo hi');
    expect(await out('docker logs local')).toBe('hi');
  });
});

describe('limits', () => {
  test('max-size and max-file keep the end', async () => {
    await out(
      'docker run --name box --log-opt max-size=2k --log-opt max-file=3 busybox seq 10000 > /dev/null',
    );
    const lines = (await out('docker logs box')).split('\n').map(Number);
    expect(lines.at(-1)).toBe(10_000);
    expect(lines.length).toBeGreaterThan(300);
    expect(lines.length).toBeLessThan(1500);
    lines.forEach((line, i) => expect(line).toBe(10_000 - lines.length + 1 + i));
    const folder = await out(`dirname $(docker inspect -f '{{.LogPath}}' box)`);
    expect(await out(`ls ${folder} | grep -c '\\.log'`)).toBe('3');
  });

  test('a full disk loses lines, and the container goes on', async () => {
    const script = 'while [ ! -e /go ]; do sleep 0.1; done; seq 20000; echo done > /done; sleep 1000';
    const id = await out(`docker run -d --name box busybox sh -c '${script}'`);
    const folder = `/var/lib/docker/containers/${id}`;
    await out(`mount -t tmpfs -o size=64k none ${folder}`);
    await out('docker exec box touch /go');
    await machine().until('docker exec box cat /done', 'done');
    const lines = (await out('docker logs box')).split('\n').map(Number);
    expect(lines.length).toBeGreaterThan(5000);
    expect(lines.length).toBeLessThan(20_000);
    // What is there is whole.
    expect(lines.slice(0, -1).every((line) => Number.isInteger(line))).toBe(true);
    await out(`docker kill box; umount ${folder}`);
  });
});
