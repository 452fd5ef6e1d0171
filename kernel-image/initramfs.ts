import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { agentBundle, agentEntry } from './agent-bundle.ts';
import { packCpio } from './cpio.ts';
import type { CpioEntry } from './cpio.ts';
import { sha256 } from './digest.ts';
import { fileInputs, filesBelow, folderInputs } from './inputs.ts';
import type { Inputs } from './inputs.ts';
import { artefactsDir, kernelImageDir, repositoryPath } from './paths.ts';
import { programsPath } from './programs.ts';
import { file, withParents } from './root-entries.ts';
import type { Stage } from './stage.ts';
import { zstd19 } from './zstd.ts';

const rootfsDir = join(kernelImageDir, 'rootfs');

/**
 * The initramfs: the programs' archive as it is, and behind it a small one with the agent and the files of rootfs/.
 * The kernel unpacks archives one after the other, so a change of the agent costs no compiler and no second packing.
 */
export const initramfsStage: Stage = { name: 'initramfs', inputs, build };

/** The agent counts as its bundle: what changes no byte of that (a comment, a type) leaves the initramfs as it is. */
async function inputs(): Promise<Inputs> {
  return {
    ...(existsSync(programsPath) ? fileInputs(programsPath) : {}),
    ...folderInputs(rootfsDir, ''),
    [`bundle of ${repositoryPath(agentEntry)}`]: sha256(await agentBundle()),
  };
}

async function build(): ReturnType<Stage['build']> {
  const entries = [...rootfsEntries(), file('lib/agent.js', 0o644, await agentBundle())];
  const ours = await zstd19(packCpio(withParents(entries)));
  const image = Buffer.concat([readFileSync(programsPath), ours]);
  return {
    outputs: new Map([[repositoryPath(join(artefactsDir, 'initramfs.cpio.zst')), image]]),
    builtWith: [],
  };
}

function rootfsEntries(): CpioEntry[] {
  return filesBelow(rootfsDir).map((path) => {
    const permissions = statSync(path).mode & 0o111 ? 0o755 : 0o644;
    return file(relative(rootfsDir, path), permissions, readFileSync(path));
  });
}
