import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { machineArchive } from '../../apt.ts';
import { sha256 } from '../../digest.ts';
import { needTools, toolPath } from '../../host-tools.ts';
import { cacheDir } from '../../paths.ts';
import { say } from '../../progress.ts';
import { run } from '../../shell.ts';
import { ImageBuilder } from '../image-builder.ts';
import { packImage } from '../oci-image.ts';
import type { BuiltImage, IndexEntry } from '../oci-image.ts';
import { indexText, isComplete, localIndexPath, readIndex, writeBlobs } from '../oci-layout.ts';
import type { Recipe } from '../recipe.ts';
import { recipeFolder } from '../recipe.ts';
import { slim } from './slim.ts';

const suite = 'bookworm';
const names = [`debian:${suite}`, `debian:${suite}-slim`, 'debian:latest'].map(
  (name) => `docker.io/library/${name}`,
);

/** Marks the index entry with what it was built from. */
const inputsAnnotation = 'bottleship.inputs';

/** Debian, i386, minimal, as its "slim" images are. It lies in public/registry beside the others, named by index.local.json. */
export async function buildDebian(force: boolean): Promise<void> {
  const sources = ['Dockerfile', 'slim.ts'].map((name) =>
    readFileSync(join(import.meta.dirname, name), 'utf8'),
  );
  const inputs = sha256(JSON.stringify([names, ...sources]));
  const all = readIndex(localIndexPath);
  const present = all.filter(isOurs);
  const isCurrent = present.every(({ annotations }) => annotations[inputsAnnotation] === inputs);
  if (!force && isCurrent && isComplete(present)) return say('debian: up to date');
  say(`debian: building, about two minutes`);
  const { blobs, entries } = packImage(await built(await debian()));
  for (const { annotations } of entries) annotations[inputsAnnotation] = inputs;
  writeBlobs(blobs);
  writeFileSync(localIndexPath, indexText([...all.filter((entry) => !isOurs(entry)), ...entries]));
  for (const [hex, { length }] of blobs) say(`  sha256:${hex}: ${length.toLocaleString('en')} bytes`);
}

function isOurs({ annotations }: IndexEntry): boolean {
  return annotations[inputsAnnotation] !== undefined;
}

async function built(recipe: Recipe): Promise<BuiltImage> {
  const builder = await ImageBuilder.start();
  try {
    return await builder.build(recipe);
  } finally {
    await builder.close();
  }
}

async function debian(): Promise<Recipe> {
  await needTools('debootstrap', 'xz');
  if (process.getuid?.() !== 0) throw new Error('debootstrap must be run by root');
  const root = join(cacheDir, 'debian');
  await bootstrap(root);
  const date = releaseDate(root);
  slim(root);
  const rootfs = await packTree(root, date);
  rmSync(root, { recursive: true });
  return {
    names,
    epoch: Math.floor(date.getTime() / 1000),
    context: [...recipeFolder(import.meta.dirname), { path: 'rootfs.tar', bytes: rootfs }],
  };
}

/** On a machine that runs i386 programs (every amd64 Debian does) both stages run here. */
async function bootstrap(root: string): Promise<void> {
  const { uri, key } = machineArchive();
  rmSync(root, { recursive: true, force: true });
  mkdirSync(dirname(root), { recursive: true });
  const options = ['--variant=minbase', '--arch=i386', `--keyring=${key}`];
  const log = join(cacheDir, 'debootstrap.log');
  await run(['debootstrap', ...options, suite, root, uri], { env: { PATH: toolPath }, log });
}

/** When the suite was released last: what debootstrap wrote later is dated so. */
function releaseDate(root: string): Date {
  const lists = join(root, 'var/lib/apt/lists');
  const release = readdirSync(lists).find((name) => /_(?:In)?Release$/.test(name));
  const text = release === undefined ? '' : readFileSync(join(lists, release), 'utf8');
  const date = /^Date: (.*)$/m.exec(text)?.[1];
  if (date === undefined) throw new Error(`debootstrap left no release file in ${lists}`);
  return new Date(date);
}

async function packTree(root: string, newest: Date): Promise<Uint8Array> {
  const archive = `${root}.tar`;
  const times = [`--mtime=@${newest.getTime() / 1000}`, '--clamp-mtime'];
  const options = ['--format=gnu', '--sort=name', '--numeric-owner', ...times];
  await run(['tar', '-C', root, ...options, '-cf', archive, ...readdirSync(root).sort()]);
  const tar = readFileSync(archive);
  rmSync(archive);
  return tar;
}
