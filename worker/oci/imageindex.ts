import type { Descriptor } from './descriptor.ts';
import { parseDescriptor } from './descriptor.ts';
import { invalid } from './errors.ts';
import { list, member, object, optionalMembers, parseJson, record, string } from './json.ts';
import { isIndexType, mediaTypes } from './mediatype.ts';
import type { Platform } from './platform.ts';
import { parseSchemaVersion } from './schemaversion.ts';

/**
 * An image index (https://github.com/opencontainers/image-spec/blob/v1.1.0/image-index.md) or Docker manifest list.
 */
export interface ImageIndex extends IndexExtras {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
}

interface IndexExtras {
  readonly artifactType?: string;
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Parses an index; the rules about media types are those of `parseManifest`. */
export function parseIndex(text: string, contentType?: string): ImageIndex {
  const from = object(parseJson(text, 'index'), 'index');
  if (Object.hasOwn(from, 'layers')) throw invalid('index has both layers and manifests');
  const { mediaType } = optionalMembers<{ mediaType?: string }>(from, { mediaType: string }, 'index');
  return {
    schemaVersion: parseSchemaVersion(from, 'index'),
    mediaType: agreedType(mediaType, contentType),
    manifests: member(from, 'manifests', list(parseDescriptor), 'index'),
    ...optionalMembers<IndexExtras>(from, extras, 'index'),
  };
}

/**
 * The manifest for a platform: the first with its os and architecture and, where one is asked for, its variant.
 * Attestations (`unknown/unknown`) never match. Undefined when there is none.
 */
export function selectManifest(index: ImageIndex, wanted: Platform): Descriptor | undefined {
  return index.manifests.find(({ platform }) => platform !== undefined && matches(platform, wanted));
}

function matches(platform: Platform, wanted: Platform): boolean {
  const variant = wanted.variant === undefined || wanted.variant === platform.variant;
  return platform.os === wanted.os && platform.architecture === wanted.architecture && variant;
}

const extras = { artifactType: string, subject: parseDescriptor, annotations: record(string) };

function agreedType(inside: string | undefined, outside: string | undefined): string {
  const type = inside ?? outside ?? mediaTypes.ociIndex;
  if (!isIndexType(type)) throw invalid(`unsupported index media type ${JSON.stringify(type)}`);
  if (outside !== undefined && outside !== type)
    throw invalid(`index is ${type}, but was sent as ${outside}`);
  return type;
}
