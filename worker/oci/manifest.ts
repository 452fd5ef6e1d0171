import type { Descriptor } from './descriptor.ts';
import { parseDescriptor } from './descriptor.ts';
import { invalid } from './errors.ts';
import { list, member, object, optionalMembers, parseJson, record, string } from './json.ts';
import { isManifestType, mediaTypes } from './mediatype.ts';
import { parseSchemaVersion } from './schemaversion.ts';

/**
 * An image manifest, of OCI (https://github.com/opencontainers/image-spec/blob/v1.1.0/manifest.md) or Docker's schema 2
 * (https://distribution.github.io/distribution/spec/manifest-v2-2/); they differ in media types only.
 */
export interface Manifest extends ManifestExtras {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

interface ManifestExtras {
  readonly artifactType?: string;
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Parses a manifest. `contentType` is what the transport said; a document that claims another type, or is an index in
 * disguise, is refused, since two readers would otherwise see two images (CVE-2021-41190).
 */
export function parseManifest(text: string, contentType?: string): Manifest {
  const from = object(parseJson(text, 'manifest'), 'manifest');
  if (Object.hasOwn(from, 'manifests')) throw invalid('manifest has both layers and manifests');
  const { mediaType } = optionalMembers<{ mediaType?: string }>(from, { mediaType: string }, 'manifest');
  return {
    schemaVersion: parseSchemaVersion(from, 'manifest'),
    mediaType: agreedType(mediaType, contentType),
    config: member(from, 'config', parseDescriptor, 'manifest'),
    layers: member(from, 'layers', list(parseDescriptor), 'manifest'),
    ...optionalMembers<ManifestExtras>(from, extras, 'manifest'),
  };
}

const extras = { artifactType: string, subject: parseDescriptor, annotations: record(string) };

function agreedType(inside: string | undefined, outside: string | undefined): string {
  const type = inside ?? outside ?? mediaTypes.ociManifest;
  if (!isManifestType(type)) throw invalid(`unsupported manifest media type ${JSON.stringify(type)}`);
  if (outside !== undefined && outside !== type)
    throw invalid(`manifest is ${type}, but was sent as ${outside}`);
  return type;
}
