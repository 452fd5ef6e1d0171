import type { ErrorKind } from '../oci/errors.ts';
import { BottleshipError } from '../oci/errors.ts';
import { parseChallenges } from './challenge.ts';

/** A registry's refusal, with its status and its own error code (`MANIFEST_UNKNOWN`, `DENIED`, ...). */
export class RegistryError extends BottleshipError {
  readonly status: number;
  readonly code: string | undefined;

  constructor(status: number, code: string | undefined, message: string) {
    super(kindOf(status), message);
    this.name = 'RegistryError';
    this.status = status;
    this.code = code;
  }
}

/** Longer answers are pages for people. */
const longest = 64 * 1024;

/**
 * What a registry's answer says is wrong, as Docker words it: `manifest unknown: manifest unknown`.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#error-codes
 */
export async function registryError(response: Response): Promise<RegistryError> {
  const { status } = response;
  const text = (await response.text().catch(() => '')).slice(0, longest);
  const [first] = [...challenged(response.headers.get('www-authenticate') ?? ''), ...errorsOf(text)];
  if (status === 401 && first === undefined)
    return new RegistryError(status, 'UNAUTHORIZED', `unauthorized: ${unauthorized}`);
  if (first !== undefined) return new RegistryError(status, first.code, describe(first));
  return new RegistryError(
    status,
    undefined,
    `received unexpected HTTP status: ${status} ${response.statusText}`.trim(),
  );
}

const unauthorized = 'authentication required';

/** What a 401 says of the token that came with the request. https://www.rfc-editor.org/rfc/rfc6750#section-3.1 */
function challenged(header: string): Detail[] {
  return parseChallenges(header).flatMap(({ scheme, parameters }) => {
    const reason = scheme === 'bearer' ? (parameters.get('error') ?? '') : '';
    const detail = reasons[reason];
    if (detail === undefined) return [];
    return [{ ...detail, message: parameters.get('error_description') || detail.message }];
  });
}

const reasons: Readonly<Record<string, Detail>> = {
  invalid_token: { code: 'UNAUTHORIZED', message: unauthorized },
  insufficient_scope: { code: 'DENIED', message: 'requested access to the resource is denied' },
};

interface Detail {
  readonly code: string;
  readonly message: string;
}

/** A token server gives `details` in place of `errors`. */
function errorsOf(text: string): Detail[] {
  try {
    const parsed = JSON.parse(text) as { errors?: unknown; details?: unknown };
    if (Array.isArray(parsed.errors)) return parsed.errors.flatMap(detailOf);
    if (typeof parsed.details === 'string') return [{ code: 'unauthorized', message: parsed.details }];
  } catch {
    // Not JSON: the status has to say it.
  }
  return [];
}

function detailOf(value: unknown): Detail[] {
  const { code, message } = Object(value) as Record<string, unknown>;
  return typeof code === 'string' ? [{ code, message: typeof message === 'string' ? message : '' }] : [];
}

function describe({ code, message }: Detail): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return message === '' ? words : `${words}: ${message}`;
}

function kindOf(status: number): ErrorKind {
  if (status === 404) return 'not-found';
  if (status === 401 || status === 403) return 'forbidden';
  if (status === 400 || status === 416) return 'invalid';
  return status === 409 ? 'conflict' : 'unavailable';
}
