import { errorMessage } from '../../oci/errors.ts';
import type { Platform } from '../../oci/platform.ts';
import { formatPlatform } from '../../oci/platform.ts';
import { parsePlatformSpecifier } from '../../oci/platformspecifier.ts';
import { StatusError } from '../errors.ts';

/** A platform as the engine takes it when a container is created. @throws StatusError */
export function normalPlatform(text: string): string {
  return formatPlatform(parse(text, 'error parsing specified platform'));
}

/** The `--platform` of what is done with images; nothing for none. @throws StatusError */
export function platformOption(text: string): { platform?: Platform } {
  return text === '' ? {} : { platform: parse(text, 'invalid platform') };
}

function parse(text: string, what: string): Platform {
  try {
    return parsePlatformSpecifier(text);
  } catch (error) {
    throw new StatusError(1, `${what}: ${errorMessage(error)}`);
  }
}
