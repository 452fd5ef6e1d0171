import { invalid, notImplemented } from '../errors.ts';

export interface Bind {
  readonly source: string;
  readonly destination: string;
  readonly readonly: boolean;
}

/** Modes that say nothing on this machine: no SELinux, private propagation, nothing copied from the image. */
const inert = new Set(['rw', 'z', 'Z', 'rprivate', 'private', 'nocopy']);

/** Parses `/source:/destination[:options]`. */
export function parseBind(text: string): Bind {
  const [source, destination, modes, ...more] = text.split(':');
  if (!source || !destination || more.length > 0) throw invalid(`invalid volume specification: '${text}'`);
  if (!source.startsWith('/')) throw notImplemented(`named volumes are not supported yet: '${text}'`);
  refuseDestination(destination, text);
  const options = modes === undefined ? [] : modes.split(',');
  const unknown = options.find((option) => option !== 'ro' && !inert.has(option));
  if (unknown !== undefined) throw invalid(`invalid mode: ${modes}`);
  return { source, destination: cleanPath(destination), readonly: options.includes('ro') };
}

/** Go's filepath.Clean for an absolute path. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function refuseDestination(destination: string, text: string): void {
  if (!destination.startsWith('/'))
    throw invalid(
      `invalid volume specification: '${text}': invalid mount config for type "bind": invalid mount path: '${destination}' mount path must be absolute`,
    );
  if (cleanPath(destination) === '/')
    throw invalid(
      `invalid volume specification: '${text}': invalid mount config for type "bind": invalid specification: destination can't be '/'`,
    );
}
