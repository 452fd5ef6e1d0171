import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { BrowserContext } from 'playwright-core';
import type { Benchmark } from '../benchmark.ts';
import { debianLayer, type Layer } from '../layer.ts';
import type { Measurement } from '../measurement.ts';
import { repeat, summarize } from '../measurement.ts';
import { orExit } from '../docker-commands.ts';
import { withProfile, withServed } from './profile.ts';
import { Visit } from './visit.ts';
import { WorkerMemory } from './worker-memory.ts';

const floorName = 'page: fetch, unpack and digests of debian';
const script = 'bench-floor.js';

/** A pull typed at the prompt, the machine idling beside it, against what a pull must do at least in a worker like it. */
export const pagePull: Benchmark = {
  name: 'page-pull',
  run: async ({ files }) => {
    const layer = debianLayer(files);
    if (layer === undefined) return [];
    await writeFloor(files);
    return withServed(files, ({ address }) =>
      withProfile(async (context) => {
        const rounds = await repeat(4, () => round(context, address, layer));
        return rows(rounds.slice(1));
      }),
    );
  },
};

interface Round {
  readonly floor: number;
  readonly pull: number;
  readonly memory: number;
  /** What the browser says it has stored, in megabytes. */
  readonly stored: number;
}

async function round(context: BrowserContext, address: string, layer: Layer): Promise<Round> {
  const floor = await floorIn(context, address, `${address}${layer.path}`);
  const visit = await Visit.open(context, address);
  const { page } = visit;
  const stored = () => page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  await visit.run(orExit('docker image rm -f debian >/dev/null 2>&1; true'));
  const before = await stored();
  const memory = await WorkerMemory.attach(context, page);
  const idle = await memory.idle();
  const pulling = visit.run(orExit('docker pull -q debian'));
  const peak = await memory.peak(pulling);
  const after = await stored();
  await visit.run(orExit('docker image rm debian >/dev/null'));
  await visit.close();
  const again = await Visit.open(context, address);
  const pull = (await again.run(orExit('docker pull -q debian'))).painted;
  await again.close();
  return { floor, pull, memory: peak - idle, stored: (after - before) / 1e6 };
}

async function floorIn(context: BrowserContext, address: string, url: string): Promise<number> {
  const page = await context.newPage();
  await page.goto(`${address}licenses.txt`);
  const milliseconds = await page.evaluate(
    ([script = '', url]) =>
      new Promise<number>((resolve) => {
        const worker = new Worker(script, { type: 'module' });
        worker.addEventListener('message', ({ data }) => resolve(Number(data)));
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
        worker.postMessage(url);
      }),
    [`${address}${script}`, url],
  );
  await page.close();
  return milliseconds;
}

function rows(rounds: readonly Round[]): Measurement[] {
  const floors = rounds.map(({ floor }) => floor);
  const target = 1.6 * summarize(floors).median;
  return [
    { name: floorName, unit: 'ms', samples: floors },
    {
      name: 'page: docker pull debian',
      unit: 'ms',
      samples: rounds.map(({ pull }) => pull),
      target,
      compareTo: [floorName],
    },
    {
      name: "page: worker's memory during the pull, above idle",
      unit: 'MB',
      samples: rounds.map(({ memory }) => memory),
      target: 64,
    },
    {
      name: 'page: what debian takes in the browser’s storage',
      unit: 'MB',
      samples: rounds.map(({ stored }) => stored),
    },
  ];
}

async function writeFloor(files: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'floor-worker.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  });
  writeFileSync(join(files, script), outputFiles[0]?.text ?? '');
}
