import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpackedPackage } from '../../unpack.ts';
import type { Recipe } from '../recipe.ts';
import { defaultEpoch, recipeFolder } from '../recipe.ts';

const program = 'bin/busybox';

export async function busybox(): Promise<Recipe> {
  return busyboxOf(readFileSync(join(await unpackedPackage('busybox-static'), program)));
}

/** Of the program that the package has. */
export function busyboxOf(bytes: Uint8Array): Recipe {
  return {
    names: ['docker.io/library/busybox:latest'],
    epoch: defaultEpoch,
    context: recipeFolder(import.meta.dirname),
    contexts: { package: [{ path: program, bytes, isProgram: true }] },
  };
}
