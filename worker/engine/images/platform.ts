import type { ImageIndex } from '../../oci/imageindex.ts';
import { selectManifest } from '../../oci/imageindex.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Platform } from '../../oci/platform.ts';
import { formatPlatform } from '../../oci/platform.ts';
import { parsePlatformSpecifier } from '../../oci/platformspecifier.ts';
import { notFound } from '../errors.ts';

/** What this machine runs. */
export const machinePlatform: Platform = { os: 'linux', architecture: '386' };

/** Parses what was given for a platform; nothing stands for this machine. */
export function parsePlatformOption(text: string | undefined): Platform {
  return text ? parsePlatformSpecifier(text) : machinePlatform;
}

/** Whether an image of a platform is what was asked for; amd64 runs programs for 386. */
export function isOfPlatform(image: Platform, wanted: Platform): boolean {
  const fits =
    wanted.architecture === image.architecture ||
    (wanted.architecture === 'amd64' && image.architecture === '386');
  return wanted.os === image.os && fits && (wanted.variant ?? image.variant) === image.variant;
}

/** Throws unless the image is for the platform that was asked for, if one was. */
export function requirePlatform(name: string, image: Platform, wanted: Platform | undefined): void {
  if (wanted === undefined || isOfPlatform(image, wanted)) return;
  throw notFound(
    `image with reference ${name} was found but its platform (${formatPlatform(image)}) does not match the specified platform (${formatPlatform(wanted)})`,
  );
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
