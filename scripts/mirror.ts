/** `npm run mirror`: fills a static registry. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { humanSize } from '../worker/engine/images/progress.ts';
import { errorMessage, invalid } from '../worker/oci/errors.ts';
import type { Reference } from '../worker/oci/reference.ts';
import { familiarReference, parseReference, withDefaultTag } from '../worker/oci/reference.ts';
import { Registries } from '../worker/registry/registries.ts';
import { dockerCredentials } from './mirror/docker-credentials.ts';
import { imagesOfArchive } from './mirror/from-archive.ts';
import { imagesOfLayout } from './mirror/from-layout.ts';
import { imageOfRegistry } from './mirror/from-registry.ts';
import type { MirroredImage } from './mirror/mirrored-image.ts';
import { RegistryFolder } from './mirror/registry-folder.ts';
import type { Request } from './mirror/source.ts';
import { parseRequest } from './mirror/source.ts';
import { takeImage } from './mirror/take.ts';

const usage = `usage: npm run mirror -- [--to DIR] [--insecure HOST]... [NAME=]SOURCE...
       npm run mirror -- [--to DIR] --remove NAME...
       npm run mirror -- [--to DIR] --list

Puts linux/386 images into DIR (public/registry when none is given), a folder of static files that the page pulls from.
A SOURCE is a name (alpine:3.20, ghcr.io/owner/app@sha256:...), an archive (docker-archive:FILE, oci-archive:FILE, or a
path ending in .tar), or an OCI image layout (oci:DIR). NAME= gives an image another name, or one if it has none.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    to: { type: 'string', default: 'public/registry' },
    insecure: { type: 'string', multiple: true, default: [] },
    remove: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const bundled = join(import.meta.dirname, '../public/registry');
/** The index.json of the images that come with the page is committed; what else is put there is named beside it. */
const isBundled = resolve(values.to) === bundled;
const folder = new RegistryFolder(values.to, isBundled ? 'index.local.json' : 'index.json');
const registries = new Registries({ fetch, insecure: values.insecure });

if (values.help || (positionals.length === 0 && !values.list)) {
  process.stdout.write(usage);
  process.exitCode = values.help ? 0 : 1;
} else if (values.list)
  for (const { annotations } of folder.entries()) say(annotations?.['io.containerd.image.name'] ?? '');
else for (const text of positionals) await attempt(text);

async function attempt(text: string): Promise<void> {
  try {
    await (values.remove ? remove(text) : mirror(parseRequest(text)));
  } catch (error) {
    process.stderr.write(`mirror: ${text}: ${errorMessage(error)}\n`);
    process.exitCode = 1;
  }
}

async function mirror(request: Request): Promise<void> {
  let images = 0;
  for await (const image of imagesOf(request)) {
    images += 1;
    if (request.as !== undefined && images > 1)
      throw invalid('there are several images in it: they cannot all have one name');
    const names = request.as === undefined ? image.names : [request.as];
    if (names.length === 0) throw invalid('the image has no name there; give it one: NAME=SOURCE');
    const { layers, size } = await takeImage(folder, image, names);
    const amount = `${layers} ${layers === 1 ? 'layer' : 'layers'}, ${humanSize(size)}`;
    say(`${names.map(familiarReference).join(', ')}: ${amount}`);
  }
  if (images === 0) throw invalid('there is no image in it');
}

async function* imagesOf({ source }: Request): AsyncGenerator<MirroredImage> {
  if (source.kind === 'archive') yield* imagesOfArchive(source.path, folder);
  else if (source.kind === 'registry') yield await fromRegistry(source.name);
  else yield* await imagesOfLayout(source.path);
}

function fromRegistry(name: Reference): Promise<MirroredImage> {
  return imageOfRegistry(registries, name, dockerCredentials(name.domain, process.env));
}

function remove(text: string): void {
  if (!folder.remove(withDefaultTag(parseReference(text)))) throw invalid('there is no such image');
  say(`removed ${text}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
