import { invalid } from './oci/errors.ts';
import { readBytes } from './cli/flags/bytes.ts';
import type { UnpackLimits } from './layers/limits.ts';
import { defaultLimits } from './layers/limits.ts';
import type { Parser } from './oci/json.ts';
import { list, located, object, optionalMembers, parseJson, size, string } from './oci/json.ts';

/** What the author of a page says in its config.json. */
export interface Configuration {
  /** Address of a relay for registries; nothing where there is none. */
  readonly relay?: string;
  /** Folders that images are looked up in before any registry, in that order. */
  readonly registries: readonly StaticRegistryEntry[];
  /** How far layers, and archives of images, may unpack. */
  readonly limits: UnpackLimits;
}

export interface StaticRegistryEntry {
  /** Relative to the page, or of another site. */
  readonly url: string;
  /** What names of its images begin with: `example.org` or `example.org/course`. Without one it is asked for every name. */
  readonly name?: string;
}

/** The images that come with the page. */
export const bundledRegistry: StaticRegistryEntry = { url: 'registry/' };

const fallback: Configuration = { registries: [bundledRegistry], limits: defaultLimits };

/** Reads a config.json. Fails with `invalid`, in words for the page's author. */
export function parseConfiguration(text: string): Configuration {
  const from = object(parseJson(text, 'config.json'), 'config.json');
  const {
    relay,
    registries = [bundledRegistry],
    limits = defaultLimits,
  } = optionalMembers<{
    relay?: string;
    registries?: StaticRegistryEntry[];
    limits?: UnpackLimits;
  }>(from, { relay: string, registries: list(registryEntry), limits: parseLimits }, 'config.json');
  return { ...(relay && { relay }), registries, limits };
}

/** Reads it once, when it is needed first. A page without a config.json has what comes with every page. */
export function configurationReader(
  fetchFile: (path: string) => Promise<Response>,
): () => Promise<Configuration> {
  let known: Promise<Configuration> | undefined;
  return () => (known ??= read(fetchFile));
}

/** A server may answer with a page of its own for what it does not have. */
async function read(fetchFile: (path: string) => Promise<Response>): Promise<Configuration> {
  const response = await fetchFile('config.json').catch(() => undefined);
  if (response === undefined || !response.ok) return fallback;
  const text = await response.text();
  return text.trimStart().startsWith('<') ? fallback : parseConfiguration(text);
}

/** What is not said stays as it is. Fails with `invalid`. */
export const parseLimits: Parser<UnpackLimits> = (value, where) => {
  const { layerSize = defaultLimits.total, layerRatio = defaultLimits.ratio } = optionalMembers<{
    layerSize?: number;
    layerRatio?: number;
  }>(object(value, where), { layerSize: byteSize, layerRatio: positive }, where);
  return { ...defaultLimits, total: layerSize, ratio: layerRatio };
};

/** A number of bytes, or a text as `--memory` takes it. */
const byteSize: Parser<number> = (value, where) =>
  positive(
    typeof value === 'string' ? located((text) => readBytes(text as string))(value, where) : value,
    where,
  );

function positive(value: unknown, where: string): number {
  const number = size(value, where);
  if (number === 0) throw invalid(`${where} must be more than 0`);
  return number;
}

/** An address, or an object with more. */
function registryEntry(value: unknown, where: string): StaticRegistryEntry {
  const from = typeof value === 'string' ? { url: value } : object(value, where);
  const { url = '', name } = optionalMembers<{ url?: string; name?: string }>(
    from,
    { url: string, name: string },
    where,
  );
  if (url === '') throw invalid(`${where}: a registry needs a "url"`);
  if (name !== undefined && !isName(name))
    throw invalid(
      `${where}: ${JSON.stringify(name)} is no beginning of image names: it must begin with a domain`,
    );
  return { url: url.replace(/\/*$/, '/'), ...(name !== undefined && { name }) };
}

function isName(name: string): boolean {
  return (
    /^[a-z0-9-]+(\.[a-z0-9-]+)*(:\d+)?(\/[a-z0-9][a-z0-9._-]*)*$/.test(name) &&
    /^([^/]*[.:]|localhost)/.test(name)
  );
}
