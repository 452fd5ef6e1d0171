import { readFile } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';
import { type Bottleship, type Platform, startBottleship } from '../../worker/bottleship.ts';
import { configurationReader } from '../../worker/configuration.ts';
import { LocalLocks } from '../../worker/content/locallocks.ts';
import { MemoryContentStore } from '../../worker/content/memorystore.ts';
import { MemoryMetadataStore } from '../../worker/engine/metadata/memory.ts';
import { MemoryIndexCache } from '../../worker/layers/indexcache.ts';
import type { UnpackLimits } from '../../worker/layers/limits.ts';
import { openDataRoot } from '../folder/data-root.ts';
import { Registries } from '../../worker/registry/registries.ts';
import type { MachineStatus } from '../../worker/protocol/page.ts';

const folder = join(import.meta.dirname, '../../public');

export type HeadlessStores = Pick<Platform, 'content' | 'indexes' | 'locks' | 'metadata'>;

/** Stores in memory. */
export function memoryStores(): HeadlessStores {
  return {
    content: new MemoryContentStore(),
    indexes: new MemoryIndexCache(),
    locks: new LocalLocks(),
    metadata: new MemoryMetadataStore(),
  };
}

export interface HeadlessOptions {
  /** Says on stderr what goes on. */
  verbose?: boolean;
  onStatus?: (status: MachineStatus) => void;
  /** The folder of static files; by default the one that the page is built from. */
  files?: string;
  /** Whether images are also pulled from registries, over the network. */
  registries?: boolean;
  /** Where images and the build cache are kept; in memory without it. */
  dataRoot?: string | undefined;
  /** In place of those that config.json says. */
  limits?: UnpackLimits | undefined;
  /** What an earlier engine has kept, or another one has at the same time; its own, empty, where none are given. */
  stores?: HeadlessStores;
  /** Sees every request for a static file, and may answer it in the folder's place. */
  answer?: (path: string) => Response | undefined;
}

/** Starts the engine in this process. */
export function startHeadless({
  verbose = false,
  onStatus,
  files = folder,
  answer = () => undefined,
  registries = false,
  limits,
  dataRoot,
  stores,
}: HeadlessOptions = {}): Promise<Bottleship> {
  const log = (text: string): void => {
    if (verbose) process.stderr.write(`${text}\n`);
  };
  const fetchFile = async (path: string): Promise<Response> =>
    answer(path) ?? (/^https?:/.test(path) ? fetch(path) : fileResponse(files, path));
  const configuration = configurationReader(fetchFile);
  return startBottleship({
    fetchFile,
    configuration: async () => ({ ...(await configuration()), ...(limits && { limits }) }),
    ...(stores ?? (dataRoot === undefined ? memoryStores() : openDataRoot(dataRoot))),
    ...(registries && { registries: new Registries({ fetch }) }),
    onStatus: (status) => {
      log(JSON.stringify(status));
      onStatus?.(status);
    },
    onKernelMessage: log,
  });
}

async function fileResponse(root: string, path: string): Promise<Response> {
  const file = normalize(join(root, path));
  if (!file.startsWith(root + sep)) return new Response(null, { status: 404 });
  try {
    return new Response(await readFile(file));
  } catch {
    return new Response(null, { status: 404 });
  }
}
