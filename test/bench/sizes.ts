import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { MachineImage } from '../../worker/machine/image.ts';
import type { Benchmark } from './benchmark.ts';
import { budget } from './budgets.ts';
import type { Measurement } from './measurement.ts';

export const sizes: Benchmark = {
  name: 'sizes',
  run: ({ files }) => {
    const image = JSON.parse(readFileSync(join(files, 'machine/machine.json'), 'utf8')) as MachineImage;
    const stateBudget = budget('public/machine/state-*.zst');
    return Promise.resolve([
      size('size: saved state as served', image.state.size, stateBudget),
      size('size: kernel', image.kernel.size, budget('kernel-image/artefacts/bzImage')),
      size('size: initramfs', image.initramfs.size, budget('kernel-image/artefacts/initramfs.cpio.zst')),
      size("size: v86's wasm, gzip", image.wasm.size),
      size("size: page's code and styles, gzip", codeSize(files)),
    ]);
  },
};

function size(name: string, bytes: number, target?: number): Measurement {
  return { name, unit: 'MB', samples: [bytes / 1e6], ...(target === undefined ? {} : { target }) };
}

/** With what is loaded later, or only in some browsers. */
function codeSize(files: string): number {
  const assets = readdirSync(join(files, 'assets')).map((name) => join(files, 'assets', name));
  const paths = [join(files, 'index.html'), ...assets.filter((path) => statSync(path).isFile())];
  return paths.reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0);
}
