import type { Digest } from './digest.ts';
import { parseDigest } from './digest.ts';
import type { Parser } from './json.ts';
import { list, located, member, object, optionalMembers, record, size, string } from './json.ts';
import type { Platform } from './platform.ts';
import { parsePlatform } from './platform.ts';

/** https://github.com/opencontainers/image-spec/blob/v1.1.0/descriptor.md */
export interface Descriptor extends DescriptorExtras {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

interface DescriptorExtras {
  readonly urls?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly data?: string;
  readonly artifactType?: string;
  readonly platform?: Platform;
}

/** Parses a descriptor. Unknown members are dropped. */
export const parseDescriptor: Parser<Descriptor> = (value, where) => {
  const from = object(value, where);
  return {
    mediaType: member(from, 'mediaType', string, where),
    digest: member(from, 'digest', located(parseDigest), where),
    size: member(from, 'size', size, where),
    ...optionalMembers<DescriptorExtras>(from, extras, where),
  };
};

const extras = {
  urls: list(string),
  annotations: record(string),
  data: string,
  artifactType: string,
  platform: parsePlatform,
};
