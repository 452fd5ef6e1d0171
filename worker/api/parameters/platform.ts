import type { Platform } from '../../oci/platform.ts';
import { ApiError } from '../../protocol/engine-api.ts';
import { decode, list, string, struct } from '../json/schema.ts';
import { parseFirst } from '../json/syntax.ts';
import type { Form } from './form.ts';

const schema = struct('v1.Platform', {
  architecture: string,
  os: string,
  'os.version': string,
  'os.features': list(string),
  variant: string,
});

/** `platform`, as JSON; nothing where it is not given, or not known to the client's version. */
export function platform(form: Form, isKnown: boolean): { platform?: Platform } {
  const text = isKnown ? form.get('platform') : '';
  if (text === '') return {};
  const { value } = parseFirst(text, 'failed to parse platform: ');
  const { os = '', architecture = '', variant } = decode(schema, 'Platform', value) as Partial<Platform>;
  if (os === '' || architecture === '')
    throw new ApiError(400, 'failed to parse platform: both OS and Architecture must be provided');
  return { platform: { os, architecture, ...(variant && { variant }) } };
}

/** The one platform of an archive. */
export function archivePlatform(form: Form, isKnown: boolean): { platform?: Platform } {
  if (isKnown && form.all('platform').length > 1)
    throw new ApiError(400, 'multiple platform parameters not supported');
  return platform(form, isKnown);
}
