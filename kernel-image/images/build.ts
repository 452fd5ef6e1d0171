import { say } from '../progress.ts';
import { runStage } from '../stage.ts';
import { bundledImagesStage } from './bundled.ts';
import { buildDebian } from './debian/recipe.ts';
import { removeStrayBlobs } from './oci-layout.ts';

const usage = `usage: node --import tsx kernel-image/images/build.ts [--force] [images|debian]...

Builds the images that come with the page into public/registry: "images" are busybox and hello-world, which are
committed; "debian" needs root and debootstrap, and stays in this working tree. Both when none is named.
`;

async function main(args: string[]): Promise<void> {
  const force = args.includes('--force');
  const names = args.filter((arg) => arg !== '--force');
  if (names.some((name) => name !== 'images' && name !== 'debian')) throw new Error(`\n${usage}`);
  const wants = (name: string): boolean => names.length === 0 || names.includes(name);
  if (wants('images')) await runStage(bundledImagesStage, force);
  if (wants('debian')) await buildDebian(force);
  removeStrayBlobs();
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say(`build:images: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
