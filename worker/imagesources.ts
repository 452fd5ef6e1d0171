import type { Platform } from './bottleship.ts';
import type { StaticRegistryEntry } from './configuration.ts';
import { bundledRegistry } from './configuration.ts';
import { RegistryImages } from './engine/images/registrysource.ts';
import type { ImageSource } from './engine/images/source.ts';
import type { RankedSource } from './engine/images/sources.ts';
import { ImageSources } from './engine/images/sources.ts';
import { StaticRegistry } from './engine/images/staticregistry.ts';
import { familiarName } from './oci/reference.ts';

type Parts = Pick<Platform, 'configuration' | 'fetchFile' | 'registries'>;

/** Static registries as the page's configuration names them, then the registry that a name says. */
export function imageSources({ configuration, fetchFile, registries }: Parts): ImageSource {
  return new ImageSources(async () => {
    const folders = (await configuration()).registries.map((entry) => staticSource(entry, fetchFile));
    return registries ? [...folders, { source: new RegistryImages(registries) }] : folders;
  });
}

/** A folder with a name of its own is the only one that has such names. */
function staticSource({ url, name }: StaticRegistryEntry, fetchFile: Parts['fetchFile']): RankedSource {
  const source = new StaticRegistry({
    fetch: (path, init) => fetchFile(url + path, init),
    address: url,
    // The second names what only this working tree has.
    indexes: url === bundledRegistry.url ? ['index.json', 'index.local.json'] : ['index.json'],
    ...(name !== undefined && { name }),
  });
  if (name === undefined) return { source };
  const serves: RankedSource['serves'] = (reference) => `${familiarName(reference)}/`.startsWith(`${name}/`);
  return { source, serves, only: true };
}
