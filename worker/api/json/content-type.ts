import { ApiError } from '../../protocol/engine-api.ts';
import type { HeaderFields } from '../http/headers.ts';

const token = String.raw`[!#$%&'*+\-.^_\`|~0-9A-Za-z]+`;
const mediaType = new RegExp(`^${token}(/${token})?$`);
const parameter = new RegExp(`^\\s*(${token}\\s*=\\s*(${token}|"(\\\\.|[^"\\\\])*")\\s*)?$`);

/** A body must be JSON by its own word; without a body nothing need be said. */
export function checkJsonType(headers: HeaderFields, bodyLength: number): void {
  const given = headers.get('content-type');
  if (given === '' && bodyLength === 0) return;
  const [type = '', ...parameters] = given.split(';');
  const problem = problemOf(type.trim(), parameters);
  if (problem) throw new ApiError(400, `malformed Content-Type header (${given}): ${problem}`);
  if (type.trim().toLowerCase() !== 'application/json')
    throw new ApiError(400, `unsupported Content-Type header (${given}): must be 'application/json'`);
}

/** Go's mime.ParseMediaType. */
function problemOf(type: string, parameters: readonly string[]): string | undefined {
  if (type === '') return 'mime: no media type';
  if (!mediaType.test(type))
    return type.includes('/') ? 'mime: expected token after slash' : 'mime: expected slash after first token';
  return parameters.every(
    (text, at) => parameter.test(text) && (text.trim() !== '' || at === parameters.length - 1),
  )
    ? undefined
    : 'mime: invalid media parameter';
}
