/** Load: runs in a row that leave nothing, a hundred containers at once, exec streams side by side. RUNS=1000 for the long one. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test } from 'vitest';
import type { Attached, EngineApi } from '../../worker/protocol/engine-api.ts';
import { added, atRest, type Counts } from './counts.ts';
import { machineForFile } from './machine.ts';

const machine = machineForFile();
const engine = (): EngineApi => machine().bottleship.engine;

const runs = Number(process.env['RUNS'] ?? 120);
const megabyte = 1 << 20;
const minutes = 60_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

afterEach(async () => {
  const containers = await engine().containerList({ all: true });
  await Promise.all(containers.map(({ Id }) => engine().containerDelete(Id, { force: true })));
});

async function runInARow(count: number): Promise<void> {
  await machine().out(`for i in $(seq ${count}); do docker run --rm busybox true || exit 1; done`);
}

/** What may grow a little. */
async function memory() {
  collectGarbage();
  const { memoryAvailable } = await machine().census();
  return { memoryAvailable, heap: process.memoryUsage().heapUsed };
}

/** What may not. */
async function counts(): Promise<Counts> {
  return { ...(await machine().census()), memoryAvailable: 0 };
}

test(
  `${runs} runs in a row leave nothing behind`,
  async () => {
    // The history of events, of 256, and the caches fill first.
    await runInARow(60);
    const [countsBefore, before] = [await atRest(counts), await memory()];
    const start = performance.now();
    await runInARow(runs);
    const each = (performance.now() - start) / runs;
    await expect.poll(async () => added(countsBefore, await counts())).toEqual({});
    const after = await memory();
    const [guest, heap] = [before.memoryAvailable - after.memoryAvailable, after.heap - before.heap];
    console.log(`${runs} runs: ${each.toFixed(0)} ms each, guest ${guest >> 10} kB, heap ${heap >> 10} kB`);
    expect(guest).toBeLessThan(8 * megabyte);
    expect(heap).toBeLessThan(4 * megabyte);
  },
  runs * 1000 + 5 * minutes,
);

test(
  'a hundred containers run at once, and all answer',
  async () => {
    await machine().out('docker pull -q busybox');
    const before = await machine().census();
    await Promise.all(Array.from({ length: 100 }, (_, i) => startSleeper(`sleeper-${i}`)));
    expect((await engine().containerList()).length).toBe(100);
    const { memoryAvailable } = await machine().census();
    expect(memoryAvailable).toBeGreaterThan(64 * megabyte);
    const names = await Promise.all(Array.from({ length: 100 }, (_, i) => hostnameOf(`sleeper-${i}`)));
    expect(new Set(names).size).toBe(100);
    const all = await engine().containerList();
    await Promise.all(all.map(({ Id }) => engine().containerDelete(Id, { force: true })));
    await expect.poll(async () => (await machine().census()).processes).toBe(before.processes);
  },
  5 * minutes,
);

async function startSleeper(name: string): Promise<void> {
  const { Id } = await engine().containerCreate({ Image: 'busybox', Cmd: ['sleep', '1000'] }, { name });
  await engine().containerStart(Id);
}

async function hostnameOf(container: string): Promise<string> {
  return new TextDecoder().decode(await bytesOf(await exec(container, ['hostname'])));
}

test(
  'twenty exec streams of 1 MB each, there and back, lose and mix nothing',
  async () => {
    await machine().out('docker pull -q busybox');
    await startSleeper('echo');
    const echoes = await Promise.all(Array.from({ length: 20 }, (_, i) => echo('echo', patternOf(i))));
    echoes.forEach((bytes, i) => expect(Buffer.compare(bytes, patternOf(i)), `stream ${i}`).toBe(0));
  },
  5 * minutes,
);

/** Every stream's own, and different at every place of it. */
function patternOf(seed: number): Uint8Array {
  const words = new Uint32Array(megabyte / 4);
  for (let i = 0; i < words.length; i++) words[i] = Math.imul(i + 1, 2654435761) ^ (seed << 24);
  return new Uint8Array(words.buffer);
}

function exec(container: string, Cmd: string[], AttachStdin = false): Promise<Attached> {
  const config = { Cmd, AttachStdin, AttachStdout: true, AttachStderr: true };
  return engine()
    .execCreate(container, config)
    .then(({ Id }) => engine().execStart(Id, {}));
}

async function echo(container: string, bytes: Uint8Array): Promise<Uint8Array> {
  const attached = await exec(container, ['cat'], true);
  const [back] = await Promise.all([bytesOf(attached), feed(attached, bytes)]);
  return back;
}

async function feed({ stdin }: Attached, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += 65_536) await stdin?.write(bytes.subarray(at, at + 65_536));
  await stdin?.close();
}

async function bytesOf({ output }: Attached): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const { bytes } of output) chunks.push(bytes);
  return Buffer.concat(chunks);
}
