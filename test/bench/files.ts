import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'vite';

const repository = join(import.meta.dirname, '../..');

/** Builds the page as it ships into a folder of its own, so that nothing changes under a run. */
export async function buildFiles(): Promise<string> {
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/build-machine.ts'], {
    cwd: repository,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const files = join(repository, '.cache/bench');
  await build({
    configFile: join(repository, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: files, reportCompressedSize: false },
  });
  return files;
}
