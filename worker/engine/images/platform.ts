import type { ImageIndex } from '../../oci/imageindex.ts';
import { selectManifest } from '../../oci/imageindex.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Platform } from '../../oci/platform.ts';
import { formatPlatform } from '../../oci/platform.ts';
import { invalid, notFound } from '../errors.ts';

/** What this machine runs. */
export const machinePlatform: Platform = { os: 'linux', architecture: '386' };

const aliases: Readonly<Record<string, string>> = {
  i386: '386',
  x86: '386',
  i686: '386',
  x86_64: 'amd64',
  aarch64: 'arm64',
};

/** Parses `os[/architecture[/variant]]`; nothing stands for this machine. */
export function parsePlatformOption(text: string | undefined): Platform {
  if (!text) return machinePlatform;
  const [os = '', architecture = machinePlatform.architecture, variant, ...more] = text
    .toLowerCase()
    .split('/');
  if (os === '' || more.length > 0) throw invalid(`invalid platform: ${JSON.stringify(text)}`);
  return { os, architecture: aliases[architecture] ?? architecture, ...(variant && { variant }) };
}

/** The index's manifest for the platform, or an error that names those there are. */
export function chooseManifest(index: ImageIndex, platform: Platform): Descriptor {
  const chosen = selectManifest(index, platform);
  if (chosen === undefined) throw noManifest(platform, platformsOf(index));
  requireMachinePlatform(platform);
  return chosen;
}

/** Throws on images that this machine cannot run. */
export function requireMachinePlatform(platform: Platform): void {
  if (platform.os !== machinePlatform.os || platform.architecture !== machinePlatform.architecture)
    throw noManifest(machinePlatform, [formatPlatform(platform)]);
}

function noManifest(wanted: Platform, there: readonly string[]): Error {
  return notFound(
    `no matching manifest for ${formatPlatform(wanted)} in the manifest list entries: ` +
      `the image is for ${there.join(', ') || 'no platform'}, and this machine runs ${formatPlatform(machinePlatform)} only`,
  );
}

function platformsOf({ manifests }: ImageIndex): string[] {
  return manifests.flatMap(({ platform }) =>
    platform === undefined || platform.os === 'unknown' ? [] : [formatPlatform(platform)],
  );
}
