import { MemoryContentStore } from '../content/memorystore.ts';
import { MemoryIndexCache } from '../layers/indexcache.ts';
import { LayersRoot } from '../layers/layersroot.ts';
import { LayerStore } from '../layers/layerstore.ts';
import type { Attached, CreateConfig, OutputChunk } from '../protocol/engine-api.ts';
import { ApiError } from '../protocol/engine-api.ts';
import type { Engine } from './engine.ts';
import type { Registries } from '../registry/registries.ts';
import { FakeAgent } from './fake-agent.suite.ts';
import { FakeRegistry } from './fake-registry.suite.ts';
import { ServedLayers } from './layers.ts';
import { MemoryMetadataStore } from './metadata/memory.ts';
import { StaticRegistry } from './images/staticregistry.ts';
import { openEngine } from './open.ts';

export interface Fixture {
  readonly agent: FakeAgent;
  readonly registry: FakeRegistry;
  readonly content: MemoryContentStore;
  readonly root: LayersRoot;
  readonly metadata: MemoryMetadataStore;
  readonly engine: Engine;
  /** The engine as it is after a reload. */
  readonly reopen: () => Promise<Engine>;
}

/** An engine with a scripted agent, which has pulled busybox. */
export async function makeFixture(more: { registries?: Registries } = {}): Promise<Fixture> {
  const registry = new FakeRegistry();
  await registry.add({
    name: 'docker.io/library/busybox:latest',
    config: { Cmd: ['sh'], Env: ['PATH=/bin', 'LANG=C'], Labels: { maker: 'us' } },
  });
  const parts = {
    agent: new FakeAgent(),
    machine: { memory: 256 << 20, kernel: '6.12.0', hostname: 'bottle' },
    metadata: new MemoryMetadataStore(),
    content: new MemoryContentStore(),
    root: new LayersRoot(),
    source: new StaticRegistry({
      fetch: registry.fetch,
      address: 'registry/',
      indexes: ['index.json', 'index.local.json'],
    }),
  };
  const indexes = new MemoryIndexCache();
  const reopen = () => {
    const store = new LayerStore(parts.content, indexes);
    return openEngine({ ...parts, ...more, layers: new ServedLayers(store, parts.content, parts.root) });
  };
  const engine = await reopen();
  await drain(await engine.imageCreate({ fromImage: 'busybox', tag: 'latest' }));
  return { ...parts, registry, engine, reopen };
}

/** Creates a container of busybox. */
export async function create(engine: Engine, config: CreateConfig = {}, name?: string): Promise<string> {
  const { Id } = await engine.containerCreate(
    { Image: 'busybox', ...config },
    name === undefined ? {} : { name },
  );
  return Id;
}

export async function drain<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export async function textOf(output: AsyncIterable<OutputChunk> | Attached): Promise<string> {
  const decoder = new TextDecoder();
  const chunks = await drain('output' in output ? output.output : output);
  return chunks.map(({ bytes }) => decoder.decode(bytes, { stream: true })).join('');
}

/** The error that the operation must fail with. */
export async function failure(operation: Promise<unknown>): Promise<{ status: number; message: string }> {
  try {
    await operation;
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, message: error.message };
    throw error;
  }
  throw new Error('did not fail');
}

/** Lets everything happen that needs no timer. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
