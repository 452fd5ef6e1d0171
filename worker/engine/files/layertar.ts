import { fileTypes } from '../../ninep/qid.ts';
import { decodeText, encodeText } from '../../oci/text.ts';
import { tarEnd, tarHeader } from '../../oci/tar/writer.ts';
import { opaqueWhiteout, whiteoutPrefix } from '../../oci/whiteout.ts';
import type { TreeRecord } from '../../protocol/filetree.ts';
import type { Container } from '../containers/container.ts';
import type { EngineContext } from '../context.ts';
import { writtenFiles, writtenPaths } from './changes.ts';
import { closing } from './closing.ts';
import type { ContainerTrees } from './containertrees.ts';
import { tarOfRecords } from './tarwriting.ts';
import { isOpaque, isWhiteout } from './writablelayer.ts';

export interface LayerOptions {
  /** What was there only for something to be mounted on it. */
  readonly places?: readonly string[];
  /** Directories that count as written at a time, if nothing else has been written to them. */
  readonly touched?: readonly TouchedDirectory[];
}

/** A directory as it is, by its path below the root, and when it was touched. */
export interface TouchedDirectory {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly before: number;
  readonly seconds: number;
  /** It is in the layer also where nothing in it has changed. */
  readonly alone: boolean;
}

/**
 * What a container has written, as a layer: names that are gone are whiteouts, directories that were made anew are opaque.
 * Undefined when it has written nothing. The container must not write meanwhile.
 * https://github.com/opencontainers/image-spec/blob/v1.1.0/layer.md
 */
export async function layerTar(
  context: Pick<EngineContext, 'layers'>,
  trees: ContainerTrees,
  container: Container,
  { places = [], touched = [] }: LayerOptions = {},
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const { root, lower } = await writtenFiles(context, trees, container, places);
  const paths = new Set(root === undefined ? [] : writtenPaths(root, lower));
  const [known, unknown] = [new Map<string, TouchedDirectory>(), [] as Uint8Array[]];
  for (const one of touched) {
    if (paths.has(one.path)) known.set(one.path, one);
    else if (one.alone) unknown.push(directoryHeader(one));
  }
  if (paths.size === 0) return unknown.length === 0 ? undefined : chunks([...unknown, tarEnd]);
  const tree = await trees.open(container, 'writable', ['pack', '-d', '-x', '/']);
  await tree.records.next();
  const tar = tarOfRecords(tree.records, (record) => {
    const path = decodeText(record.name);
    return paths.has(path) ? layerEntries(dated(record, known.get(path))) : [];
  });
  return closing(tree, chunks(unknown, tar));
}

async function* chunks(
  first: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array> = none(),
): AsyncGenerator<Uint8Array> {
  yield* first;
  yield* rest;
}

async function* none(): AsyncGenerator<Uint8Array> {
  yield* await Promise.resolve([]);
}

function directoryHeader({ path, mode, uid, gid, seconds }: TouchedDirectory): Uint8Array {
  return tarHeader({ type: 'directory', path: encodeText(`${path}/`), mode, uid, gid, mtime: seconds });
}

function dated(record: TreeRecord, touched: TouchedDirectory | undefined): TreeRecord {
  return touched?.before === record.seconds ? { ...record, seconds: touched.seconds } : record;
}

/** Overlayfs's own marks become those of layers. */
export function layerEntries(record: TreeRecord): TreeRecord[] {
  if (isWhiteout(record)) return [emptyFile(record, (path, name) => `${path}${whiteoutPrefix}${name}`)];
  const clean = { ...record, attributes: withoutOverlay(record.attributes) };
  return isOpaque(record) ? [clean, opaqueMark(record)] : [clean];
}

/** As Docker writes it. */
function opaqueMark(record: TreeRecord): TreeRecord {
  const file = emptyFile(record, (path, name) => `${path}${name}/${opaqueWhiteout}`);
  return { ...file, mode: fileTypes.regular | (record.mode & 0o777), seconds: 0 };
}

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
