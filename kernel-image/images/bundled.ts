import { join } from 'node:path';
import { folderInputs, packageInputs, settingsInput } from '../inputs.ts';
import { nativeFlags } from '../native.ts';
import { kernelImageDir } from '../paths.ts';
import type { Stage } from '../stage.ts';
import { busybox } from './busybox/recipe.ts';
import { helloWorld } from './hello-world/recipe.ts';
import { ImageBuilder } from './image-builder.ts';
import { packImage } from './oci-image.ts';
import { layoutFiles } from './oci-layout.ts';

const recipes = [busybox, helloWorld];

/**
 * The images that are committed: small, and built from pinned packages. The builder and the machine are no inputs: they
 * change from day to day, and a test says when they make something else of the recipes.
 */
export const bundledImagesStage: Stage = {
  name: 'images',
  inputs: async () => ({
    ...packageInputs('busybox-static'),
    ...folderInputs(join(kernelImageDir, 'images/busybox'), ''),
    ...folderInputs(join(kernelImageDir, 'images/hello-world'), ''),
    ...settingsInput(nativeFlags),
  }),
  build: async () => {
    const builder = await ImageBuilder.start();
    try {
      const images = [];
      for (const recipe of recipes) images.push(packImage(await builder.build(await recipe())));
      return { outputs: layoutFiles(images), builtWith: [] };
    } finally {
      await builder.close();
    }
  },
};
