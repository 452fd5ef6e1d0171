import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { sha256 } from './digest.ts';
import { needTools, versionOf } from './host-tools.ts';
import { fileInputs, folderInputs, packageInputs, settingsInput } from './inputs.ts';
import type { Inputs } from './inputs.ts';
import { unmetOptions } from './kernel-config.ts';
import { packagePin } from './packages.ts';
import { artefactsDir, cacheDir, kernelImageDir, repositoryPath } from './paths.ts';
import { say } from './progress.ts';
import { run } from './shell.ts';
import type { Stage } from './stage.ts';
import { applyPatch, once, unpackedPackage } from './unpack.ts';

const source = 'linux-source-6.12';
const config = join(kernelImageDir, 'kernel/config');
const patches = join(kernelImageDir, 'kernel/patches');

/** `make` variables. Time, user and host are part of the kernel's banner: fixed, so that a rebuild gives the same bytes. */
const makeVariables = [
  'ARCH=i386',
  'KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 2026',
  'KBUILD_BUILD_VERSION=1',
  'KBUILD_BUILD_USER=bottleship',
  'KBUILD_BUILD_HOST=bottleship',
];

/** Linux for i386 as kernel/config says, with kernel/patches applied. */
export const kernelStage: Stage = { name: 'kernel', inputs, build };

async function inputs(): Promise<Inputs> {
  return {
    ...packageInputs(source),
    ...fileInputs(config),
    ...folderInputs(patches, '.patch'),
    ...settingsInput(makeVariables),
  };
}

async function build(): ReturnType<Stage['build']> {
  await needTools('gcc', 'make', 'flex', 'bison', 'bc', 'xz', 'patch', '/usr/include/gelf.h');
  const tree = await patchedTree();
  await configure(tree);
  say('  compiling (seven minutes on two cores the first time; .cache/kernel-image/kernel.log)');
  await make(tree, `-j${availableParallelism()}`, 'bzImage');
  const image = readFileSync(join(tree, 'arch/x86/boot/bzImage'));
  const output = repositoryPath(join(artefactsDir, 'bzImage'));
  return {
    outputs: new Map([[output, image]]),
    builtWith: [`${source} ${packagePin(source).version}`, await versionOf('gcc')],
  };
}

/** The source tree that these patches are applied to; objects stay in it, so that a changed option costs little. */
async function patchedTree(): Promise<string> {
  const archive = join(await unpackedPackage(source), 'usr/src', `${source}.tar.xz`);
  const applied = folderInputs(patches, '.patch');
  const key = sha256(JSON.stringify([packageInputs(source), applied])).slice(0, 12);
  return once(`linux_${key}`, async (dir) => {
    await run(['tar', '-C', dir, '--strip-components=1', '-xf', archive]);
    for (const patch of Object.keys(applied).sort()) await applyPatch(dir, join(kernelImageDir, '..', patch));
  });
}

/** tinyconfig has everything off; ours is merged onto it. */
async function configure(tree: string): Promise<void> {
  await make(tree, 'tinyconfig');
  const merge = ['scripts/kconfig/merge_config.sh', '-m', '.config', config];
  await run(merge, { cwd: tree, env: { ARCH: 'i386' }, log: join(cacheDir, 'kernel-config.log') });
  await make(tree, 'olddefconfig');
  const unmet = unmetOptions(readFileSync(config, 'utf8'), readFileSync(join(tree, '.config'), 'utf8'));
  if (unmet.length > 0) throw new Error(`kernel/config: not what Kconfig makes of it:\n${unmet.join('\n')}`);
}

function make(tree: string, ...what: string[]): Promise<void> {
  return run(['make', ...makeVariables, ...what], { cwd: tree, log: join(cacheDir, 'kernel.log') });
}
