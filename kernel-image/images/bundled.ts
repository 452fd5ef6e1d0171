import { join } from 'node:path';
import { folderInputs, packageInputs, settingsInput } from '../inputs.ts';
import { nativeFlags } from '../native.ts';
import { kernelImageDir } from '../paths.ts';
import type { Stage } from '../stage.ts';
import { busybox } from './busybox/recipe.ts';
import { helloWorld } from './hello-world/recipe.ts';
import { packImage } from './oci-image.ts';
import { layoutFiles } from './oci-layout.ts';

const recipes = [busybox, helloWorld];

/** The images that are committed: small, and built from pinned packages. */
export const bundledImagesStage: Stage = {
  name: 'images',
  inputs: async () => ({
    ...packageInputs('busybox-static'),
    ...folderInputs(join(kernelImageDir, 'images/busybox'), ''),
    ...folderInputs(join(kernelImageDir, 'images/hello-world'), ''),
    ...settingsInput(nativeFlags),
  }),
  build: async () => {
    const sources = await Promise.all(recipes.map((recipe) => recipe()));
    return { outputs: layoutFiles(sources.map(packImage)), builtWith: [] };
  },
};
