import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageInputs } from './inputs.ts';
import { packagePin } from './packages.ts';
import { artefactsDir, repositoryPath } from './paths.ts';
import type { Stage } from './stage.ts';
import { unpackedPackage } from './unpack.ts';

/** Debian's SeaBIOS as it is; v86 boots a bzImage with it and needs no VGA BIOS. */
export const biosStage: Stage = {
  name: 'bios',
  inputs: async () => packageInputs('seabios'),
  build: async () => {
    const bios = readFileSync(join(await unpackedPackage('seabios'), 'usr/share/seabios/bios.bin'));
    const output = repositoryPath(join(artefactsDir, 'bios.bin'));
    return { outputs: new Map([[output, bios]]), builtWith: [`seabios ${packagePin('seabios').version}`] };
  },
};
