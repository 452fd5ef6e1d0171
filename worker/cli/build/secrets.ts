import { readCsv } from '../../oci/csv.ts';
import { StatusError } from '../errors.ts';
import { absolutePath } from '../path.ts';
import type { ClientSession } from '../session.ts';

/** Reads what `--secret` names: `id=x,src=file`, `id=x,env=NAME`, or an ID alone for a variable or a file of that name. */
export async function readSecrets(
  session: ClientSession,
  texts: readonly string[],
): Promise<Record<string, Uint8Array>> {
  const secrets: Record<string, Uint8Array> = {};
  for (const text of texts) {
    const { id, source, env, type } = parseSecret(text);
    secrets[id] = await secretBytes(session, { id, source, env, type });
  }
  return secrets;
}

interface Secret {
  readonly id: string;
  readonly source: string;
  readonly env: string;
  readonly type: string;
}

/** https://github.com/docker/buildx/blob/v0.29.1/util/buildflags/secrets.go */
function parseSecret(text: string): Secret {
  const values: Record<string, string> = {};
  for (const field of readCsv(text)) {
    const cut = field.indexOf('=');
    if (cut < 0) throw mistake(`invalid field '${field}' must be a key=value pair`);
    const key = field.slice(0, cut).toLowerCase();
    const name = { source: 'src' }[key] ?? key;
    if (!['id', 'src', 'env', 'type'].includes(name)) throw mistake(`unexpected key '${key}' in '${field}'`);
    if (name === 'type' && !['file', 'env'].includes(field.slice(cut + 1)))
      throw mistake(`unsupported secret type ${JSON.stringify(field.slice(cut + 1))}`);
    values[name] = field.slice(cut + 1);
  }
  const { id = '', src = '', env = '', type = '' } = values;
  if (id === '') throw mistake('secret missing id');
  return { id, type, source: type === 'env' ? '' : src, env: type === 'env' && env === '' ? src : env };
}

async function secretBytes({ env, files, cwd }: ClientSession, secret: Secret): Promise<Uint8Array> {
  const { id, source, env: variable, type } = secret;
  const named = variable || (source === '' && type !== 'file' && env.has(id) ? id : '');
  if (named !== '') {
    const value = env.get(named);
    if (value === undefined) throw mistake(`environment variable ${named} is not set`);
    return new TextEncoder().encode(value);
  }
  try {
    return await files.read(absolutePath(source || id, cwd));
  } catch (error) {
    throw mistake(
      `failed to stat ${source || id}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function mistake(text: string): StatusError {
  return new StatusError(1, `ERROR: ${text}`);
}
