import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileSha256 } from './digest.ts';
import { fetchPackage, packagePin } from './packages.ts';
import { cacheDir } from './paths.ts';
import { say } from './progress.ts';
import { run } from './shell.ts';

/** The directory that a binary package's files lie in. */
export async function unpackedPackage(name: string): Promise<string> {
  const file = await fetchPackage(name);
  return once(`${name}_${packagePin(name).sha256.slice(0, 12)}`, (dir) => run(['dpkg', '-x', file, dir]));
}

/** The tree of a source package with Debian's patches applied. */
export async function unpackedSource(name: string): Promise<string> {
  const dsc = await fetchPackage(name);
  const archives = checkedArchives(dsc);
  return once(`${name}_${packagePin(name).sha256.slice(0, 12)}`, async (dir) => {
    const [original, debian] = [
      archives.find((file) => file.includes('.orig.')),
      archives.find((file) => file.includes('.debian.')),
    ];
    if (original === undefined || debian === undefined)
      throw new Error(`${dsc} names no .orig and .debian archives`);
    await run(['tar', '-C', dir, '--strip-components=1', '-xf', original]);
    await run(['tar', '-C', dir, '-xf', debian]);
    for (const patch of series(dir)) await applyPatch(dir, patch);
  });
}

/** Applies a patch to a source tree. */
export async function applyPatch(tree: string, patch: string): Promise<void> {
  await run(['patch', '-d', tree, '-p1', '--forward', '-i', patch]);
}

/** A directory made by `make` the first time it is asked for; a half-made one is never seen. */
export async function once(name: string, make: (dir: string) => Promise<void>): Promise<string> {
  const dir = join(cacheDir, 'trees', name);
  if (existsSync(dir)) return dir;
  say(`  unpacking ${name}`);
  rmSync(`${dir}.part`, { recursive: true, force: true });
  mkdirSync(`${dir}.part`, { recursive: true });
  await make(`${dir}.part`);
  renameSync(`${dir}.part`, dir);
  return dir;
}

/** The files a .dsc names, each with the digest it names. */
function checkedArchives(dsc: string): string[] {
  const sums = /^Checksums-Sha256:\n((?: .*\n)+)/m.exec(readFileSync(dsc, 'utf8'))?.[1] ?? '';
  return sums
    .trim()
    .split('\n')
    .map((line) => {
      const [digest = '', , name = ''] = line.trim().split(/\s+/);
      const file = join(dirname(dsc), name);
      if (fileSha256(file) !== digest) throw new Error(`${file} is not the file that ${dsc} names`);
      return file;
    });
}

function series(dir: string): string[] {
  const patches = join(dir, 'debian/patches');
  if (!existsSync(patches) || !readdirSync(patches).includes('series')) return [];
  const lines = readFileSync(join(patches, 'series'), 'utf8').split('\n');
  return lines
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean)
    .map((patch) => join(patches, patch));
}
