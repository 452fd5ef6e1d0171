import { IgnoreRules, ignoreLines } from '../../oci/ignore.ts';
import { internal } from '../errors.ts';
import type { LayerDraft } from '../files/draft.ts';
import type { SourceFile } from '../files/file.ts';
import { lookUp, walk } from '../files/lookup.ts';
import type { ModeChange } from '../files/mode.ts';
import { baseName } from '../../oci/path.ts';
import { isArchive, unpackArchive } from './archive.ts';
import type { Owner } from './owner.ts';
import { rootOwner } from './owner.ts';
import type { CopySource } from './sources.ts';

export interface TransferOptions {
  /** An absolute path; a slash at its end says that it is a directory. */
  readonly destination: string;
  /** Of everything that is copied; undefined leaves the sources' own. */
  readonly owner: Owner | undefined;
  /** Of everything that is copied; undefined leaves the sources' own. */
  readonly mode: ModeChange | undefined;
  readonly excludes: readonly string[];
  /** ADD's way with archives. */
  readonly unpack: boolean;
}

/**
 * Puts a source into a layer, where Docker would put it: a directory's contents into the destination, a file under its
 * name or into the directory that is there. https://github.com/moby/moby/blob/v28.5.2/builder/dockerfile/copy.go (performCopyForInfo)
 */
export async function transfer(
  draft: LayerDraft,
  source: CopySource,
  options: TransferOptions,
): Promise<void> {
  const { file } = source.node;
  const { names, node } = lookUp(draft.root, options.destination);
  if (file.kind === 'directory') return transferDirectory(draft, source, names, options);
  if (options.unpack && source.mayUnpack && (await isArchive(file))) return unpackArchive(draft, names, file);
  const isInside = node?.file.kind === 'directory' || options.destination.endsWith('/');
  const target = isInside ? [...names, baseName(source.path)] : names;
  if (target.length === 0) throw internal('cannot copy to directory: /');
  requirePlace(draft, target, options.destination);
  draft.put(target, changed({ ...file, identity: undefined }, options), options.owner ?? rootOwner);
}

function transferDirectory(
  draft: LayerDraft,
  { node }: CopySource,
  target: readonly string[],
  options: TransferOptions,
): void {
  requireDirectory(draft, target);
  // Those above it are made by the one who copies, who is root.
  draft.makeDirectory(target.slice(0, -1), rootOwner);
  draft.makeDirectory(target, options.owner ?? rootOwner);
  const rules = new IgnoreRules(ignoreLines(options.excludes.join('\n')));
  // Second names of a file stay so in the copy, but are none of the same file copied another time.
  const identities = new Map<SourceFile['identity'], object>();
  const dates: [names: readonly string[], mtime: number][] = [];
  for (const { path, node: child } of walk(node)) {
    if (rules.excludes(path.join('/'))) continue;
    if (child.file.kind === 'directory') dates.push([[...target, ...path], child.file.mtime]);
    const { identity } = child.file;
    if (identity !== undefined && !identities.has(identity)) identities.set(identity, {});
    const file = { ...child.file, identity: identities.get(identity) };
    draft.put([...target, ...path], changed(file, options), options.owner ?? rootOwner);
  }
  // Docker unpacks a directory with its target as the root, for which it makes a directory in there for a moment.
  draft.date(target);
  for (const [names, mtime] of dates) draft.date(names, mtime);
}

function requireDirectory(draft: LayerDraft, target: readonly string[]): void {
  const path = `/${target.join('/')}`;
  const { node } = lookUp(draft.root, path, false);
  if (node !== undefined && node.file.kind !== 'directory')
    throw internal(`failed to copy directory: mkdir ${path}: not a directory`);
}

/** What is above a file may be missing, but is no file itself. */
function requirePlace(draft: LayerDraft, target: readonly string[], destination: string): void {
  const parent = `/${target.slice(0, -1).join('/')}`;
  const { node } = lookUp(draft.root, parent, false);
  if (node === undefined || node.file.kind === 'directory') return;
  throw internal(
    destination.endsWith('/')
      ? `failed to create new directory: mkdir ${parent}: not a directory`
      : `lstat /${target.join('/')}: not a directory`,
  );
}

/** A change of the owner takes setuid, setgid and capabilities from a file, as the kernel does it. */
function changed(file: SourceFile, { owner, mode }: TransferOptions): SourceFile {
  const isLink = file.kind === 'symlink';
  const kept =
    mode === undefined || isLink ? file : { ...file, mode: mode(file.mode, file.kind === 'directory') };
  if (owner === undefined) return kept;
  if (file.kind === 'directory' || isLink || mode !== undefined) return { ...kept, ...owner };
  const lost = 0o4000 | (file.mode & 0o010 ? 0o2000 : 0);
  return { ...kept, ...owner, mode: file.mode & ~lost, attributes: new Map() };
}
