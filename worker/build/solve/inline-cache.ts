import type { DiffId } from '../../oci/diffid.ts';
import type { BuildImage } from '../backend.ts';
import type { CachedStep, SolveBackend } from './backend.ts';
import type { Solver } from './solver.ts';
import type { Step } from './step.ts';

/** The member of an image config in which BuildKit keeps what the steps were that made the image's layers. */
export const inlineCacheMember = 'moby.buildkit.cache.v0';

/** https://github.com/moby/buildkit/blob/v0.25.0/cache/remotecache/v1/types/spec.go */
interface CacheRecord {
  readonly layers?: readonly { readonly layer: number; readonly createdAt?: string }[];
  readonly digest: string;
}

/** The steps of an image's own stage, as its config takes them along. */
export async function inlineCache(
  solver: Solver,
  last: Step,
  time: (milliseconds: number) => string,
): Promise<string> {
  const records: CacheRecord[] = [];
  for (let step: Step = last; 'parent' in step; step = step.parent) {
    const { kept, layers, created } = await solver.solve(step);
    const at = { layer: layers.length - 1, ...(created !== undefined && { createdAt: time(created) }) };
    records.push({ layers: [at], digest: `sha256:${kept}` });
  }
  records.sort((a, b) => (a.digest < b.digest ? -1 : 1));
  return btoa(JSON.stringify(records));
}

/** What steps have made, by their keys, as an image tells; nothing of an image that was built without. */
export async function stepsOf(
  { inlineCache: text, layers }: BuildImage,
  backend: Pick<SolveBackend, 'open'>,
): Promise<Map<string, CachedStep>> {
  const found = new Map<string, CachedStep>();
  for (const { digest, layers: [made] = [] } of recordsOf(text)) {
    const diffId = made === undefined ? undefined : (layers[made.layer] as DiffId | undefined);
    if (diffId === undefined || !/^sha256:[0-9a-f]{64}$/.test(digest)) continue;
    const [layer] = await backend.open([diffId]);
    const created = moment(made?.createdAt);
    const size = layer?.index.filesSize ?? 0;
    found.set(digest.slice('sha256:'.length), {
      layer: { diffId, size },
      created,
      isImported: true,
    });
  }
  return found;
}

/** Milliseconds since 1970, halfway into the microsecond that is told: it is cut off when it is written again. */
function moment(text: unknown): number {
  const [, date, fraction = ''] = /^([\d-]+T[\d:]+)(?:\.(\d+))?Z$/.exec(String(text)) ?? [];
  const seconds = Date.parse(`${date}Z`);
  return Number.isNaN(seconds) ? 0 : seconds + (Number(fraction.slice(0, 6).padEnd(6, '0')) + 0.5) / 1000;
}

/** Somebody else may have written it. */
function recordsOf(text: string | undefined): CacheRecord[] {
  if (text === undefined) return [];
  try {
    const records: unknown = JSON.parse(atob(text));
    return Array.isArray(records) ? records.filter(isRecord) : [];
  } catch {
    return [];
  }
}

function isRecord(value: unknown): value is CacheRecord {
  const { digest, layers } = Object(value) as Partial<CacheRecord>;
  return typeof digest === 'string' && (layers === undefined || Array.isArray(layers));
}
