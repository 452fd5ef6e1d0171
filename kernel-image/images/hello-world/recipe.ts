import { join } from 'node:path';
import { needTools } from '../../host-tools.ts';
import { buildProgram } from '../../native.ts';
import type { Recipe } from '../recipe.ts';
import { defaultEpoch, recipeFolder } from '../recipe.ts';

/** One static program of our own, as Docker's image of this name is. */
export async function helloWorld(): Promise<Recipe> {
  await needTools('gcc', '/usr/lib32/libc.a');
  return helloWorldOf(await buildProgram(join(import.meta.dirname, 'hello.c')));
}

/** Of the compiled program. */
export function helloWorldOf(bytes: Uint8Array): Recipe {
  return {
    names: ['docker.io/library/hello-world:latest'],
    epoch: defaultEpoch,
    context: [...recipeFolder(import.meta.dirname), { path: 'hello', bytes, isProgram: true }],
  };
}
