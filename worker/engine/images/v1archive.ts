import type { DiffId } from '../../oci/diffid.ts';
import { goJson } from '../../oci/gojson.ts';
import { list, object, optionalMembers, parseJson, record, string } from '../../oci/json.ts';
import type { Reference } from '../../oci/reference.ts';
import { parseReference } from '../../oci/reference.ts';
import type { ImageArchive } from './archive.ts';
import { v1Members } from './v1config.ts';

/** An image in an archive of Docker before 1.10: a folder under an ID of that time, with a layer and a document. */
export interface V1Image {
  readonly parent?: string;
  readonly os: string;
  readonly layerPath: string;
  readonly document: Readonly<Record<string, unknown>>;
}

/** A name in the file `repositories`, for the ID of a folder. */
export interface V1Name {
  readonly reference: Reference;
  readonly id: string;
}

const repositories = 'repositories';

export function isV1Archive(archive: ImageArchive): boolean {
  return !archive.has('manifest.json') && archive.has(repositories);
}

/** Fails with `invalid` where the folder's document is not there, or none. */
export async function v1Image(archive: ImageArchive, id: string): Promise<V1Image> {
  const path = `${id}/json`;
  const document = object(parseJson(await archive.text(path), path), path);
  const { parent, os } = optionalMembers<{ parent?: string; os?: string }>(
    document,
    { parent: string, os: string },
    path,
  );
  return { ...(parent && { parent }), os: os || 'linux', layerPath: `${id}/layer.tar`, document };
}

export async function v1Names(archive: ImageArchive): Promise<V1Name[]> {
  const all = record(record(string))(parseJson(await archive.text(repositories), repositories), repositories);
  return Object.entries(all).flatMap(([name, tags]) =>
    Object.entries(tags).map(([tag, id]) => ({ reference: parseReference(`${name}:${tag}`), id })),
  );
}

/**
 * The config of an image of today: the same bytes as from Docker, so that the image has the same ID.
 * https://github.com/moby/moby/blob/v28.5.2/image/v1/imagev1.go (MakeConfigFromV1Config)
 */
export function configOfV1(
  { document }: V1Image,
  diffIds: readonly DiffId[],
  history: readonly object[],
): string {
  const version = document['docker_version'];
  const members = isBefore183(typeof version === 'string' ? version : '') ? v1Members(document) : document;
  const kept = Object.entries(members).filter(([name]) => !dropped.has(name));
  const config = { ...Object.fromEntries(kept), rootfs: { type: 'layers', diff_ids: diffIds }, history };
  return goJson(Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1))));
}

const dropped = new Set(['id', 'parent', 'Size', 'parent_id', 'layer_id', 'throwaway']);

/** What the image adds to its parent's history. */
export function historyOfV1({ document }: V1Image): object {
  const { created, author, comment, container_config: config } = document;
  const command = commandOf(config);
  return {
    ...(created ? { created } : {}),
    ...(command && { created_by: command }),
    ...(author ? { author } : {}),
    ...(comment ? { comment } : {}),
  };
}

function commandOf(config: unknown): string {
  const where = 'container_config';
  const command = config ? object(config, where)['Cmd'] : undefined;
  return command ? list(string)(command, `${where}.Cmd`).join(' ') : '';
}

/** Documents older than that are read member by and members that are not known are left out. */
function isBefore183(version: string): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  for (const [at, wanted] of [1, 8, 3].entries()) {
    const part = parts[at] ?? 0;
    if (part !== wanted) return part < wanted;
  }
  return false;
}
