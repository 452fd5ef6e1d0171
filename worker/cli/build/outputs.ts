import { readCsv } from '../../oci/csv.ts';
import type { SolveExport } from '../../protocol/engine-api.ts';
import { untar } from '../cp/untar.ts';
import { StatusError } from '../errors.ts';
import { absolutePath } from '../path.ts';
import type { ClientSession } from '../session.ts';
import { fileType } from '../syscalls.ts';

/** What `--output`, `--load` and `--push` say. */
export interface Outputs {
  readonly exports: readonly SolveExport[];
  /** Names of the image where `--tag` gives none. */
  readonly names: readonly string[];
  readonly isPushed: boolean;
}

interface Output {
  readonly type: string;
  readonly dest: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface OutputFlags {
  readonly load: boolean;
  readonly output: readonly string[];
  readonly push: boolean;
  readonly iidfile: string;
  readonly tag: readonly string[];
}

/** https://github.com/docker/buildx/blob/v0.29.1/util/buildflags/export.go, as far as Docker's own builder goes. */
export async function readOutputs(session: ClientSession, flags: OutputFlags): Promise<Outputs> {
  const given = flags.output.filter((text) => text !== '').map(readOutput);
  if (flags.iidfile !== '' && given.some(({ type }) => isFiles(type)))
    throw new StatusError(1, 'ERROR: local and tar exporters are incompatible with image ID file');
  const images = given.filter(({ type }) => imageTypes.has(type));
  const isWanted = flags.load || flags.push || images.length > 0 || given.length === 0;
  const names = images.flatMap(({ attributes: { name = '' } }) => name.split(',').filter(Boolean));
  const isPushed =
    flags.push || images.some(({ type, attributes }) => type === 'registry' || attributes['push'] === 'true');
  if (isPushed && flags.tag.length + names.length === 0)
    throw failed('tag is needed when pushing to registry');
  const exports: SolveExport[] = isWanted ? [{ type: 'image' }] : [];
  for (const output of given) {
    const found = await fileExport(session, output);
    if (found !== undefined) exports.push(found);
  }
  return { exports, names, isPushed };
}

const imageTypes = new Set(['image', 'docker', 'registry']);
const isFiles = (type: string): type is 'local' | 'tar' => type === 'local' || type === 'tar';

function readOutput(text: string): Output {
  const fields = readCsv(text);
  if (fields.length === 1 && !text.startsWith('type='))
    return { type: text === '-' ? 'tar' : 'local', dest: text, attributes: {} };
  const pairs = fields.map((field) => {
    const cut = field.indexOf('=');
    if (cut < 0) throw new StatusError(1, `ERROR: invalid value ${field}`);
    return [field.slice(0, cut).toLowerCase().trim(), field.slice(cut + 1)] as const;
  });
  const { type = '', dest = '', ...attributes } = Object.fromEntries(pairs) as Record<string, string>;
  if (type === '') throw new StatusError(1, 'ERROR: type is required for output');
  return { type, dest, attributes };
}

/** Undefined for what is no file of the client's. */
async function fileExport(session: ClientSession, { type, dest }: Output): Promise<SolveExport | undefined> {
  if (type === 'local') return localExport(session, dest);
  if (type === 'tar') return tarExport(session, dest || '-');
  if (type === 'oci') throw unsupported('OCI');
  if (type === 'docker' && dest !== '') throw unsupported('Docker');
  if (imageTypes.has(type) || type === 'cacheonly') return undefined;
  throw failed(`failed to solve: exporter ${JSON.stringify(type)} could not be found`);
}

async function localExport({ files, cwd }: ClientSession, dest: string): Promise<SolveExport> {
  if (dest === '') throw failed('dest is required for local exporter');
  if (dest === '-') throw failed('dest cannot be stdout for local exporter');
  const directory = absolutePath(dest, cwd);
  const stat = await files.stat(directory);
  if (stat !== undefined && (stat.mode & fileType.mask) !== fileType.directory)
    throw failed(`destination directory ${dest} is a file`);
  return {
    type: 'local',
    async take(tar) {
      await makeDirectories({ files }, directory);
      await untar(files, tar, { directory, rename: (name) => name });
    },
  };
}

/** With those above it. */
async function makeDirectories({ files }: Pick<ClientSession, 'files'>, path: string): Promise<void> {
  const names = path.split('/').filter(Boolean);
  for (const at of names.keys()) {
    const directory = `/${names.slice(0, at + 1).join('/')}`;
    if (await files.exists(directory)) continue;
    const maker = files.maker();
    await maker.directory(directory, 0o700);
    await maker.finish();
  }
}

async function tarExport({ files, cwd, tty, stdout }: ClientSession, dest: string): Promise<SolveExport> {
  if (dest === '-') {
    if (tty.stdout) throw failed('dest file is required for tar exporter. refusing to write to console');
    return {
      type: 'tar',
      async take(tar) {
        for await (const bytes of tar) await stdout.write(bytes);
      },
    };
  }
  const path = absolutePath(dest, cwd);
  const stat = await files.stat(path);
  if (stat !== undefined && (stat.mode & fileType.mask) === fileType.directory)
    throw failed(`destination file ${dest} is a directory`);
  try {
    await files.write(path, new Uint8Array());
  } catch (error) {
    throw failed(`failed to open ${error instanceof Error ? error.message : String(error)}`);
  }
  return {
    type: 'tar',
    async take(tar) {
      const maker = files.maker();
      await maker.file(path, 0o644, tar);
      await maker.finish();
    },
  };
}

function unsupported(what: string): StatusError {
  return failed(
    `${what} exporter is not supported for the docker driver.\n` +
      'Switch to a different driver, or turn on the containerd image store, and try again.\n' +
      'Learn more at https://docs.docker.com/go/build-exporters/',
  );
}

function failed(why: string): StatusError {
  return new StatusError(1, `ERROR: failed to build: ${why}`);
}
