import type { Descriptor } from './descriptor.ts';
import { parseDigest } from './digest.ts';
import type { Reference } from './reference.ts';
import { familiarReference, formatReference, parseReference, withDefaultTag } from './reference.ts';

/** Annotations by which the index.json of a static registry tells what its entries are. */
export const staticAnnotations = {
  /** The image's full name, as containerd and `docker save` write it. */
  name: 'io.containerd.image.name',
  /** What other readers of image layouts go by: a name, or a tag alone. */
  refName: 'org.opencontainers.image.ref.name',
  /** The index that the manifest was chosen from, as `digest size`; a blob of the registry. */
  index: 'bottleship.index',
  /** Where `npm run mirror` took the image from. */
  source: 'bottleship.source',
} as const;

/** The name of an entry; undefined where it has none that is one. */
export function nameOf({ annotations = {} }: Pick<Descriptor, 'annotations'>): Reference | undefined {
  const text = annotations[staticAnnotations.name] ?? annotations[staticAnnotations.refName];
  try {
    return text === undefined ? undefined : withDefaultTag(parseReference(text));
  } catch {
    return undefined;
  }
}

/** The annotations of an entry for a name. */
export function nameAnnotations(name: Reference): Record<string, string> {
  return {
    [staticAnnotations.name]: formatReference(name),
    [staticAnnotations.refName]: familiarReference(name),
  };
}

/** The index that an entry's manifest was chosen from, if that is kept. */
export function indexOf({
  annotations = {},
}: Pick<Descriptor, 'annotations'>): Pick<Descriptor, 'digest' | 'size'> | undefined {
  const [, digest, size] = /^(\S+) (\d+)$/.exec(annotations[staticAnnotations.index] ?? '') ?? [];
  return digest === undefined ? undefined : { digest: parseDigest(digest), size: Number(size) };
}
