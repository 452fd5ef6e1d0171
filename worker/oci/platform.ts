import type { Parser } from './json.ts';
import { list, member, object, optionalMembers, string } from './json.ts';

/** https://github.com/opencontainers/image-spec/blob/v1.1.0/image-index.md (property `platform`) */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly 'os.version'?: string;
  readonly 'os.features'?: readonly string[];
}

/** Parses a platform. */
export const parsePlatform: Parser<Platform> = (value, where) => {
  const from = object(value, where);
  return {
    architecture: member(from, 'architecture', string, where),
    os: member(from, 'os', string, where),
    ...optionalMembers<Pick<Platform, 'variant' | 'os.version' | 'os.features'>>(
      from,
      { variant: string, 'os.version': string, 'os.features': list(string) },
      where,
    ),
  };
};

/** The platform as Docker writes it: `linux/arm/v7`. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = platform;
  return variant ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`;
}
