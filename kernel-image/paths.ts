import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const kernelImageDir = dirname(fileURLToPath(import.meta.url));
export const repositoryDir = dirname(kernelImageDir);

/** What was built and is committed. */
export const artefactsDir = join(kernelImageDir, 'artefacts');

/** What can be thrown away: packages, source trees, objects. */
export const cacheDir = join(repositoryDir, '.cache', 'kernel-image');

/** A path as the manifest and messages name it. */
export function repositoryPath(path: string): string {
  return relative(repositoryDir, path);
}
