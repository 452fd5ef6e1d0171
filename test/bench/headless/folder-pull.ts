import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FolderStore } from '../../../scripts/folder/content.ts';
import { chunksOf } from '../../../worker/content/chunks.ts';
import { MemoryIndexCache } from '../../../worker/layers/indexcache.ts';
import { LayerStore } from '../../../worker/layers/layerstore.ts';
import type { Benchmark } from '../benchmark.ts';
import { floor } from '../floor.ts';
import { debianLayer, type Layer } from '../layer.ts';
import { pause, repeat, summarize } from '../measurement.ts';

const floorName = 'node: read, unpack and digests of debian';

/** A layer taken into a store that is not memory, so that what is in memory is the pull's alone. */
export const folderPull: Benchmark = {
  name: 'folder-pull',
  run: async ({ files }) => {
    const layer = debianLayer(files);
    if (layer === undefined) return [];
    const open = async (from: number) => streamOf(join(files, layer.path), from);
    await floor(() => open(0));
    const rounds = await repeat(4, async () => ({
      floor: await floor(() => open(0)),
      ...(await pull(layer, open)),
    }));
    const floors = rounds.map(({ floor }) => floor);
    const target = 1.6 * summarize(floors).median;
    return [
      { name: floorName, unit: 'ms', samples: floors },
      {
        name: 'node: debian into a folder',
        unit: 'ms',
        samples: rounds.map(({ milliseconds }) => milliseconds),
        target,
        compareTo: [floorName],
      },
      {
        name: 'node: memory while debian comes into a folder, above idle',
        unit: 'MB',
        samples: rounds.map(({ memory }) => memory),
        target: 64,
      },
    ];
  },
};

type Open = (from: number) => Promise<ReadableStream<Uint8Array>>;

async function pull(layer: Layer, open: Open): Promise<{ milliseconds: number; memory: number }> {
  const dir = await mkdtemp(join(tmpdir(), 'bottleship-bench-'));
  const store = new LayerStore(new FolderStore(dir), new MemoryIndexCache());
  await pause(200);
  const idle = inUse();
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, inUse())), 5);
  const started = performance.now();
  const unpacking = { compression: 'gzip', diffId: layer.diffId } as const;
  await store.fetch(async (from) => chunksOf(await open(from)), layer.blob, unpacking);
  const milliseconds = performance.now() - started;
  clearInterval(watch);
  await rm(dir, { recursive: true });
  return { milliseconds, memory: most - idle };
}

/** Megabytes, with what is waiting for the collector. */
function inUse(): number {
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

function streamOf(path: string, from: number): ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(path, { start: from })) as ReadableStream<Uint8Array>;
}
