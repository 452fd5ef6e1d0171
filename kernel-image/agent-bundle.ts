import { join } from 'node:path';
import { build } from 'esbuild';
import { kernelImageDir, repositoryDir } from './paths.ts';

export const agentEntry = join(kernelImageDir, 'agent/main.ts');

/** The agent as one script for QuickJS, readable (names and lines appear in its stack traces), without comments. */
export async function agentBundle(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [agentEntry],
    absWorkingDir: repositoryDir,
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2023',
    platform: 'neutral',
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'warning',
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error('esbuild made no bundle');
  return stripPathComments(bundle.contents);
}

/** esbuild marks each file's part with a comment; renaming a file should not change the bundle. */
function stripPathComments(script: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(script);
  return new TextEncoder().encode(text.replace(/^ *\/\/ [\w./-]+\.ts\n/gm, ''));
}
