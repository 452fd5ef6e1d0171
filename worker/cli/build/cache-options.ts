import { readCsv } from '../../oci/csv.ts';
import type { CacheImport } from '../../protocol/engine-api.ts';
import { StatusError } from '../errors.ts';

interface CacheOption {
  readonly type: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What `--cache-from` names: an image, or `type=registry,ref=IMAGE`. */
export function cacheImports(texts: readonly string[]): CacheImport[] {
  return texts
    .map(readOption)
    .filter(({ type }) => type !== 'gha')
    .map(({ type, attributes: { ref } }) => {
      if (type === 'registry' && !ref) throw failed('registry cache importer requires ref');
      return { type, ...(ref !== undefined && { ref }) };
    });
}

/** Whether `--cache-to` asks for what the engine of Docker can do: the cache in the image itself. */
export function wantsInlineCache(texts: readonly string[]): boolean {
  const wanted = texts.map(readOption).filter(({ type }) => type !== 'gha');
  if (wanted.every(({ type }) => type === 'inline')) return wanted.length > 0;
  throw failed(
    'Cache export is not supported for the docker driver.\n' +
      'Switch to a different driver, or turn on the containerd image store, and try again.\n' +
      'Learn more at https://docs.docker.com/go/build-cache-backends/',
  );
}

/** https://github.com/docker/buildx/blob/v0.29.1/util/buildflags/cache.go; `gha` counts within GitHub's machines alone. */
function readOption(text: string): CacheOption {
  const fields = readCsv(text);
  const [first = ''] = fields;
  if (fields.length === 1 && !first.includes('=')) return { type: 'registry', attributes: { ref: first } };
  const pairs = fields.map((field) => {
    const cut = field.indexOf('=');
    if (cut < 0) throw new StatusError(1, `ERROR: invalid value ${field}`);
    return [field.slice(0, cut).toLowerCase(), field.slice(cut + 1)] as const;
  });
  const { type = '', ...attributes } = Object.fromEntries(pairs) as Record<string, string>;
  if (type === '') throw new StatusError(1, `ERROR: type required form> ${JSON.stringify(text)}`);
  return { type, attributes };
}

function failed(why: string): StatusError {
  return new StatusError(1, `ERROR: failed to build: ${why}`);
}
