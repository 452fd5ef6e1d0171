import { failingWith, internal } from '../errors.ts';
import { LayerDraft } from '../files/draft.ts';
import { memoryFile } from '../files/file.ts';
import { madeMode, parseMode } from '../files/mode.ts';
import type { TreeNode } from '../files/tree.ts';
import { layersRoot } from '../files/tree.ts';
import type { InstructionNamed } from '../instructions/instruction.ts';
import { shellOf } from '../config.ts';
import { resolvePath } from '../../oci/path.ts';
import type { Variables, SubstitutionOptions } from '../substitution.ts';
import { substitute } from '../substitution.ts';
import { heredocText } from '../syntax/heredoc.ts';

import type { StepContext } from './context.ts';
import { download, isAddress } from './download.ts';
import { fromImage } from './from-image.ts';
import { parseOwner, rootOwner } from './owner.ts';
import type { Recorder } from './recorder.ts';
import { stepResult } from './recorder.ts';
import type { CopySource } from './sources.ts';
import { joinedHash } from './sourcehash.ts';
import { findSources, looseSource } from './sources.ts';
import type { StageState } from './state.ts';
import { copyFiles } from '../solve/copy-files.ts';
import { verifyChecksum } from '../solve/remote-file.ts';
import { transfer } from './transfer.ts';

type CopyInstruction = InstructionNamed<'ADD' | 'COPY'>;

/** ADD and COPY: files into the image before, without a container. */
export async function copy(
  context: StepContext,
  recorder: Recorder,
  state: StageState,
  instruction: CopyInstruction,
  expansion: { variables: Variables; substitution: SubstitutionOptions },
): Promise<void> {
  const { name, destination, chown } = instruction;
  const sources = await new SourceFinder(context, instruction, expansion).find();
  const owner = chown === '' ? '' : `--chown=${chown} `;
  const mode = instruction.chmod === '' ? '' : `--chmod=${instruction.chmod} `;
  const hash = await joinedHash(sources.map((source) => source.hash));
  const words = `#(nop) ${name} ${owner}${mode}${hash} in ${destination} `;
  const result = stepResult(state, { ...state.config, Cmd: [...shellOf(state.config), words] });
  if (await recorder.isCached(state, result)) return;
  const draft = await draftOf(context, state, instruction, sources);
  await recorder.made(state, result, draft.isEmpty ? undefined : draft.tar());
}

async function draftOf(
  { backend }: StepContext,
  { image, config }: StageState,
  instruction: CopyInstruction,
  sources: readonly CopySource[],
): Promise<LayerDraft> {
  const { name, chown, chmod, excludes } = instruction;
  const root = layersRoot(await backend.layers(image));
  const draft = new LayerDraft(root, Math.floor(backend.now() / 1000));
  const named =
    chown === ''
      ? undefined
      : await failingWith('unable to convert uid/gid chown string to host mapping', () =>
          parseOwner(chown, root),
        );
  const keepsOwner = name === 'COPY' && instruction.from !== '';
  const options = {
    destination: absolute(config.WorkingDir ?? '', instruction.destination),
    owner: named ?? (keepsOwner ? undefined : rootOwner),
    mode: chmod === '' ? undefined : parseMode(chmod),
    madeMode: madeMode(chmod),
    excludes,
    unpack: name === 'ADD' && instruction.unpack !== false,
  };
  const { parents } = instruction;
  for (const source of sources)
    await failingWith('failed to copy files', () =>
      parents
        ? copyFiles(draft, { ...source, unpack: false }, { ...options, parents })
        : transfer(draft, source, options),
    );
  return draft;
}

/** A slash at the end stays, since it says that a directory is meant. */
function absolute(directory: string, destination: string): string {
  const path = resolvePath(directory, destination);
  return destination.endsWith('/') && path !== '/' ? `${path}/` : path;
}

class SourceFinder {
  readonly #context: StepContext;
  readonly #instruction: CopyInstruction;
  readonly #expansion: { variables: Variables; substitution: SubstitutionOptions };

  constructor(
    context: StepContext,
    instruction: CopyInstruction,
    expansion: { variables: Variables; substitution: SubstitutionOptions },
  ) {
    this.#context = context;
    this.#instruction = instruction;
    this.#expansion = expansion;
  }

  async find(): Promise<CopySource[]> {
    const { name, destination } = this.#instruction;
    const root = await this.#root();
    const sources = await failingWith(`${name} failed`, () => this.#all(root));
    if (sources.length > 1 && !destination.endsWith('/'))
      throw internal(
        `When using ${name} with more than one source file, the destination must be a directory and end with a /`,
      );
    return sources;
  }

  async #all(root: TreeNode | undefined): Promise<CopySource[]> {
    const { sources, contents } = this.#instruction;
    const found: CopySource[] = [];
    for (const path of sources) found.push(...(await this.#one(path, root)));
    for (const heredoc of contents) {
      const text = heredocText(heredoc);
      const { variables, substitution } = this.#expansion;
      const bytes = new TextEncoder().encode(
        heredoc.expand
          ? substitute(text, variables, { ...substitution, rawQuotes: true, rawEscapes: true })
          : text,
      );
      found.push(await looseSource(heredoc.name, memoryFile(bytes)));
    }
    if (found.length === 0) throw internal('no source files were specified');
    return found;
  }

  async #one(path: string, root: TreeNode | undefined): Promise<CopySource[]> {
    const { name, destination } = this.#instruction;
    if (isAddress(path)) {
      if (name === 'COPY') throw internal("source can't be a URL for COPY");
      const source = await download(this.#context, path, destination);
      if (this.#instruction.name === 'ADD')
        await verifyChecksum(source.node.file, this.#instruction.checksum);
      return [source];
    }
    if (root === undefined) throw internal('missing build context');
    return findSources(root, path, this.#from === '');
  }

  get #from(): string {
    return this.#instruction.name === 'COPY' ? this.#instruction.from : '';
  }

  async #root(): Promise<TreeNode | undefined> {
    const from = this.#from;
    if (from === '') return this.#context.files;
    return failingWith(`invalid from flag value ${from}`, async () =>
      layersRoot(await this.#context.backend.layers(await fromImage(this.#context, from))),
    );
  }
}
