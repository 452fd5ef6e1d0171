import { fileTypes } from '../../ninep/qid.ts';
import { decodeText, encodeText } from '../../oci/text.ts';
import { opaqueWhiteout, whiteoutPrefix } from '../../oci/whiteout.ts';
import type { TreeRecord } from '../../protocol/filetree.ts';
import type { Container } from '../containers/container.ts';
import type { EngineContext } from '../context.ts';
import { writtenFiles, writtenPaths } from './changes.ts';
import { closing } from './closing.ts';
import type { ContainerTrees } from './containertrees.ts';
import { tarOfRecords } from './tarwriting.ts';
import { isOpaque, isWhiteout } from './writablelayer.ts';

/**
 * What a container has written, as a layer: names that are gone are whiteouts, directories that were made anew are opaque.
 * `places` were there only for something to be mounted on them. Undefined when it has written nothing. The container must
 * not write meanwhile.
 * https://github.com/opencontainers/image-spec/blob/v1.1.0/layer.md
 */
export async function layerTar(
  context: Pick<EngineContext, 'layers'>,
  trees: ContainerTrees,
  container: Container,
  places: readonly string[] = [],
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const { root, lower } = await writtenFiles(context, trees, container, places);
  const paths = new Set(root === undefined ? [] : writtenPaths(root, lower));
  if (paths.size === 0) return undefined;
  const tree = await trees.open(container, 'writable', ['pack', '-d', '-x', '/']);
  await tree.records.next();
  const tar = tarOfRecords(tree.records, (record) =>
    paths.has(decodeText(record.name)) ? layerEntries(record) : [],
  );
  return closing(tree, tar);
}

/** Overlayfs's own marks become those of layers. */
export function layerEntries(record: TreeRecord): TreeRecord[] {
  if (isWhiteout(record)) return [emptyFile(record, (path, name) => `${path}${whiteoutPrefix}${name}`)];
  const clean = { ...record, attributes: withoutOverlay(record.attributes) };
  return isOpaque(record)
    ? [clean, { ...emptyFile(record, (path, name) => `${path}${name}/${opaqueWhiteout}`), ...opaqueFields }]
    : [clean];
}

/** As Docker writes it. */
const opaqueFields = { mode: fileTypes.regular | 0o755, seconds: 0 };

function emptyFile(record: TreeRecord, rename: (path: string, name: string) => string): TreeRecord {
  const text = decodeText(record.name);
  const cut = text.lastIndexOf('/') + 1;
  return {
    ...record,
    name: encodeText(rename(text.slice(0, cut), text.slice(cut))),
    mode: fileTypes.regular | 0o600,
    links: 1,
    size: 0,
    attributes: new Map(),
  };
}

function withoutOverlay(attributes: TreeRecord['attributes']): TreeRecord['attributes'] {
  return new Map([...attributes].filter(([name]) => !name.startsWith('trusted.overlay.')));
}
