import type { ContentStore } from '../content/contentstore.ts';
import { LayerIndexer } from '../layers/layerindexer.ts';
import { unpacked } from '../layers/unpack.ts';
import { abortable } from './abortable.ts';
import type { BuilderParts, BuildRequest } from './builder.ts';
import { failingWith, internal, invalid } from './errors.ts';
import { lookUp } from './files/lookup.ts';
import { TarSums } from './files/tarsum.ts';
import type { TreeNode } from './files/tree.ts';
import { layersRoot } from './files/tree.ts';
import { errorKind } from '../oci/errors.ts';
import { IgnoreRules, ignoreLines } from '../oci/ignore.ts';
import { cleanRelative } from '../oci/path.ts';
import { maxContextSize } from './limits.ts';
import { fetchContext, keepsGitDir } from './remote.ts';
import type { Dockerfile } from './syntax/dockerfile.ts';
import { parseDockerfile } from './syntax/dockerfile.ts';

/** What is built: a Dockerfile and the files it may copy. To be closed. */
export interface BuildContext {
  readonly dockerfile: Dockerfile;
  /** Undefined when a Dockerfile is all there is. */
  readonly root: TreeNode | undefined;
  readonly close: () => Promise<void>;
}

/** Of the largest Dockerfile. */
const maxDockerfile = 8 << 20;

const defaultName = 'Dockerfile';

/** Takes a context in, from the request or from an address. Fails with Docker's text. */
export async function openContext(parts: BuilderParts, request: BuildRequest): Promise<BuildContext> {
  const { remote = '', dockerfile: name = '' } = request.options;
  if (remote === '')
    return contextOf(abortable(request.tar, request.signal), name || defaultName, parts.content);
  const { fetch, gitFetch, backend } = parts;
  const remoteParts = { fetch, gitFetch, now: () => backend.now(), signal: request.signal };
  const fetched = await fetchContext(remoteParts, remote, keepsGitDir(request.options));
  if ('tar' in fetched) return contextOf(fetched.tar, name || defaultName, parts.content);
  const dockerfile = parseDockerfile(fetched.dockerfile);
  return { dockerfile, root: undefined, close: () => Promise.resolve() };
}

async function contextOf(
  tar: AsyncIterable<Uint8Array>,
  name: string,
  content: ContentStore,
): Promise<BuildContext> {
  const { root, close } = await receiveContext(tar, content);
  try {
    const { path, text } = await readDockerfile(root, name);
    if (text === '') throw invalid(`the Dockerfile (${path}) cannot be empty`);
    const dockerfile = await failingWith(`failed to parse ${path}`, () => parseDockerfile(text));
    return { dockerfile, root: await withoutIgnored(root, path), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Keeps a tar and knows where everything in it is. */
export async function receiveContext(
  tar: AsyncIterable<Uint8Array>,
  content: ContentStore,
): Promise<Pick<BuildContext, 'close'> & { root: TreeNode }> {
  const indexer = new LayerIndexer();
  const sums = await TarSums.create();
  const writer = await content.writer();
  let size = 0;
  try {
    for await (const chunk of unpacked(tar)) {
      size += chunk.length;
      indexer.write(chunk);
      sums.write(chunk);
      if (Math.max(size, sums.announced) > maxContextSize)
        throw invalid(`the build context is larger than ${maxContextSize} bytes`);
      await writer.write(chunk);
    }
    const index = indexer.finish();
    // What is kept under a digest may be a layer, too; with this behind it the context is nothing else.
    await writer.write(crypto.getRandomValues(new Uint8Array(32)));
    const { digest } = await writer.commit();
    const root = summed(layersRoot([{ index, tar: await content.reader(digest) }]), sums.finish());
    return { root, close: () => content.delete(digest) };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** A file that the tar has no entry of counts by its path alone, as in Docker. */
function summed(node: TreeNode, sums: ReadonlyMap<string, string>, path = ''): TreeNode {
  return {
    file: { ...node.file, sum: sums.get(path) ?? path },
    names: () => node.names(),
    child(name) {
      const child = node.child(name);
      return child && summed(child, sums, path === '' ? name : `${path}/${name}`);
    },
  };
}

async function readDockerfile(root: TreeNode, name: string): Promise<{ path: string; text: string }> {
  const clean = cleanRelative(name);
  if (clean === '..' || clean.startsWith('../'))
    throw internal(`forbidden path outside the build context: ${name} ()`);
  const { node } = lookUp(root, clean);
  const lower = name.toLowerCase();
  if (node === undefined && name === defaultName && lookUp(root, lower).node !== undefined)
    return readDockerfile(root, lower);
  if (node === undefined) throw internal(`Cannot locate specified Dockerfile: ${name}`);
  if (node.file.kind !== 'file')
    throw internal(`unexpected error reading Dockerfile: read ${name}: is a directory`);
  if (node.file.size > maxDockerfile) throw invalid(`the Dockerfile (${name}) is too large`);
  return { path: name, text: await textOf(node) };
}

/** A file's contents as text. */
export async function textOf({ file }: TreeNode): Promise<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let text = '';
  for await (const piece of file.contents()) text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}

/** The client sends the Dockerfile and .dockerignore even where that excludes them, since they are needed; then they go. */
async function withoutIgnored(root: TreeNode, dockerfile: string): Promise<TreeNode> {
  const { node } = lookUp(root, '.dockerignore');
  if (node?.file.kind !== 'file') return root;
  const rules = ignoreRules(await textOf(node));
  const hidden = ['.dockerignore', cleanRelative(dockerfile)].filter((path) => rules.excludes(path));
  return hidden.length === 0 ? root : hiding(root, hidden);
}

/** Patterns that are none leave nothing out: it is the client who refuses them. */
function ignoreRules(text: string): IgnoreRules {
  try {
    return new IgnoreRules(ignoreLines(text));
  } catch (error) {
    if (errorKind(error) === 'invalid') return new IgnoreRules([]);
    throw error;
  }
}

function hiding(node: TreeNode, paths: readonly string[]): TreeNode {
  const names = new Set(paths.filter((path) => !path.includes('/')));
  return {
    file: node.file,
    names: () => [...node.names()].filter((name) => !names.has(name)),
    child(name) {
      const child = names.has(name) ? undefined : node.child(name);
      const below = paths
        .filter((path) => path.startsWith(`${name}/`))
        .map((path) => path.slice(name.length + 1));
      return child === undefined || below.length === 0 ? child : hiding(child, below);
    },
  };
}
