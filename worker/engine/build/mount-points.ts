import { layersRoot } from '../../build/files/tree.ts';
import type { Layer } from '../../layers/layertree.ts';
import { touchedEtc } from '../files/etc.ts';
import type { TouchedDirectory } from '../files/layertar.ts';

/**
 * What BuildKit's mounts leave in the layer of each command: directories of the root that were not there, and the time of
 * /etc, in which empty files are made and removed again. Ours are below all layers, so that nothing of it happens.
 * `started` is milliseconds since 1970.
 */
export function touchedDirectories(layers: readonly Layer[], started: number): TouchedDirectory[] {
  const root = layersRoot(layers);
  const seconds = Math.floor(started / 1000);
  const missing = ['dev', 'proc', 'sys'].filter((name) => root.child(name) === undefined);
  const made = missing.map((path) => ({
    path,
    mode: 0o755,
    uid: 0,
    gid: 0,
    before: 0,
    seconds,
    alone: true,
  }));
  const etc = touchedEtc(root, ['hosts', 'resolv.conf'], seconds);
  return etc === undefined ? made : [...made, { ...etc, alone: true }];
}
