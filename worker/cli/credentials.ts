import type { Reference } from '../oci/reference.ts';
import type { AuthConfig } from '../protocol/engine-api.ts';
import { writeAtomically } from './atomic-file.ts';
import type { ClientConfig } from './client-config.ts';
import { StatusError } from './errors.ts';
import { firstJson } from './json-text.ts';
import { FileError } from './session.ts';
import type { ClientSession } from './session.ts';
import { decodeText, encodeText } from './text.ts';
import type { Printer } from './text.ts';

/** The name that Docker Hub's credentials are kept under. */
export const indexServer = 'https://index.docker.io/v1/';

/** Credentials as the configuration file keeps them. */
export interface StoredAuth {
  readonly auth?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/** The registry that a name may be kept under with a scheme and a path. */
export function registryHost(address: string): string {
  return address.replace(/^https?:\/\//, '').split('/', 1)[0] ?? '';
}

/** What Docker says of the program that is to keep a registry's credentials; undefined where the file does. */
function missingHelper({ credsStore, credHelpers }: ClientConfig, server: string): string | undefined {
  const helper = credHelpers[server] ?? credsStore;
  return helper === ''
    ? undefined
    : `err: exec: "docker-credential-${helper}": executable file not found in $PATH, out: \`\``;
}

/** What is kept for a registry, with name and password apart. Nothing of it is an empty answer. */
export function storedCredentials(config: ClientConfig, server: string): AuthConfig {
  if (missingHelper(config, server) !== undefined) return { serveraddress: server };
  const { auths } = config;
  const kept = auths[server] ?? Object.entries(auths).find(([key]) => registryHost(key) === server)?.[1];
  if (kept === undefined) return { serveraddress: server };
  const { identitytoken, registrytoken } = kept;
  return {
    ...decodeAuth(kept.auth ?? ''),
    serveraddress: server,
    ...(identitytoken && { identitytoken }),
    ...(registrytoken && { registrytoken }),
  };
}

/** What goes with a request about an image; nothing where nobody has logged in. */
export function authFor(config: ClientConfig, { domain }: Pick<Reference, 'domain'>): { auth?: AuthConfig } {
  const auth = storedCredentials(config, domain === 'docker.io' ? indexServer : domain);
  const isEmpty = !auth.username && !auth.identitytoken && !auth.registrytoken;
  return isEmpty ? {} : { auth };
}

/** All that is kept, by registry: a build may pull from any. */
export function allCredentials(config: ClientConfig): { authConfigs?: Record<string, AuthConfig> } {
  const servers = Object.keys(config.auths);
  if (servers.length === 0) return {};
  return { authConfigs: Object.fromEntries(servers.map((name) => [name, storedCredentials(config, name)])) };
}

function decodeAuth(auth: string): Pick<AuthConfig, 'username' | 'password'> {
  try {
    const text = decodeText(Uint8Array.from(atob(auth), (character) => character.charCodeAt(0)));
    const colon = text.indexOf(':');
    if (colon < 1) return {};
    return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/^\0+|\0+$/g, '') };
  } catch {
    return {};
  }
}

function encodeAuth({ username = '', password = '' }: AuthConfig): string {
  if (username === '' && password === '') return '';
  return btoa(String.fromCharCode(...encodeText(`${username}:${password}`)));
}

interface Keeping {
  readonly session: ClientSession;
  readonly config: ClientConfig;
  readonly err: Printer;
}

/** Keeps credentials in the client's configuration file, with Docker's warning; nothing is done when they are there. Fails where a program should keep them. */
export async function storeCredentials({ session, config, err }: Keeping, auth: AuthConfig): Promise<void> {
  const { serveraddress: server = '', identitytoken, registrytoken } = auth;
  const missing = missingHelper(config, server);
  if (missing !== undefined)
    throw new StatusError(1, `Error saving credentials: error storing credentials - ${missing}`);
  const packed = encodeAuth(auth);
  const wanted: StoredAuth = {
    ...(packed !== '' && { auth: packed }),
    ...(identitytoken && { identitytoken }),
    ...(registrytoken && { registrytoken }),
  };
  const known = config.auths[server];
  if (known !== undefined && JSON.stringify(known) === JSON.stringify(wanted)) return;
  await rewrite(session, config, (auths) => ({ ...auths, [server]: wanted }));
  await err.println(
    `\nWARNING! Your credentials are stored unencrypted in '${config.directory}/config.json'.\n` +
      'Configure a credential helper to remove this warning. See\n' +
      'https://docs.docker.com/go/credential-store/\n',
  );
}

/** Forgets what is kept under these names. */
export async function eraseCredentials(
  { session, config }: Pick<Keeping, 'session' | 'config'>,
  names: readonly string[],
): Promise<void> {
  if (!names.some((name) => Object.hasOwn(config.auths, name))) return;
  await rewrite(session, config, (auths) =>
    Object.fromEntries(Object.entries(auths).filter(([name]) => !names.includes(name))),
  );
}

const directoryMode = 0o700;

/** Everything else in the file stays as it is. */
async function rewrite(
  session: ClientSession,
  { directory }: ClientConfig,
  change: (auths: Record<string, unknown>) => Record<string, unknown>,
): Promise<void> {
  const path = `${directory}/config.json`;
  const { auths, ...rest } = await readObject(session, path);
  const sorted = Object.fromEntries(
    Object.entries(change(Object(auths) as Record<string, unknown>)).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  await makeDirectory(session, directory);
  const text = JSON.stringify({ auths: sorted, ...rest }, undefined, '\t');
  await writeAtomically(session, path, once(encodeText(text)));
}

async function readObject({ files }: ClientSession, path: string): Promise<Record<string, unknown>> {
  try {
    const text = firstJson(decodeText(await files.read(path)));
    return Object(JSON.parse(text ?? '{}')) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof FileError && error.errno === noSuchFile) return {};
    throw error;
  }
}

const noSuchFile = 2;

async function makeDirectory({ files }: ClientSession, path: string): Promise<void> {
  if (await files.exists(path)) return;
  const maker = files.maker();
  const parts = path.split('/');
  for (let length = 2; length <= parts.length; length += 1) {
    const above = parts.slice(0, length).join('/');
    if (!(await files.exists(above))) await maker.directory(above, directoryMode);
  }
  await maker.finish();
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
