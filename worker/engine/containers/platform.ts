import { invalid, notFound } from '../errors.ts';
import type { Image } from '../images/image.ts';
import { machinePlatform, parsePlatformOption } from '../images/platform.ts';

const component = /^[A-Za-z0-9_.-]+$/;

/** Throws when a platform was asked for that the image is not for, with Docker's texts. */
export function requirePlatform({ full }: Pick<Image, 'full'>, name: string, wanted: string): void {
  if (wanted === '') return;
  const parts = componentsOf(wanted);
  const { os, architecture } = parsePlatformOption(parts.join('/'));
  if (parts.length === 1 && (os === machinePlatform.os || os === full.architecture)) return;
  if (os === full.os && architecture === full.architecture) return;
  throw notFound(
    `image with reference ${name} was found but its platform (${full.os}/${full.architecture}) does not match the specified platform (${wanted})`,
  );
}

function componentsOf(wanted: string): string[] {
  const [os = '', architecture, ...rest] = wanted.split('/');
  const parts = [
    os,
    ...(architecture === undefined ? [] : [architecture]),
    ...(rest.length > 0 ? [rest.join('/')] : []),
  ];
  for (const part of parts) {
    if (component.test(part)) continue;
    throw invalid(
      `${JSON.stringify(part)} is an invalid component of ${JSON.stringify(wanted)}: platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument`,
    );
  }
  return parts;
}
