/** https://github.com/opencontainers/image-spec/blob/v1.1.0/layer.md#whiteouts */
export const whiteoutPrefix = '.wh.';

/** Marks its directory as opaque: nothing below shows through. */
export const opaqueWhiteout = '.wh..wh..opq';

/** AUFS's own bookkeeping (`.wh..wh.plnk`, `.wh..wh.aufs`), which engines skip. */
export const whiteoutMetaPrefix = '.wh..wh.';

/** What the last component of a layer's path means. */
export type LayerName =
  | { readonly kind: 'entry'; readonly name: string }
  | { readonly kind: 'whiteout'; readonly name: string }
  | { readonly kind: 'opaque' }
  | { readonly kind: 'meta' };

/** Tells entries from whiteouts. A whiteout's name is that of the file it hides; it may be empty or `..` in a hostile layer. */
export function classifyLayerName(name: string): LayerName {
  if (!name.startsWith(whiteoutPrefix)) return { kind: 'entry', name };
  if (name === opaqueWhiteout) return { kind: 'opaque' };
  if (name.startsWith(whiteoutMetaPrefix)) return { kind: 'meta' };
  return { kind: 'whiteout', name: name.slice(whiteoutPrefix.length) };
}
