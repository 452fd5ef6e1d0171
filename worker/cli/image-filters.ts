import { familiarName, familiarReference, parseReference } from '../oci/reference.ts';
import type { ImageSummary } from '../protocol/engine-api.ts';
import { StatusError } from './errors.ts';
import type { Filters } from './flags/filter.ts';
import { cut } from './flags/kinds.ts';

type Test = (image: ImageSummary) => boolean;

/** The engine lists images without filters so far: they are applied here. @throws StatusError */
export function filterImages(images: readonly ImageSummary[], filters: Filters): ImageSummary[] {
  const tests = Object.entries(filters).flatMap(([name, values]) => testsOf(images, name, values));
  return images.filter((image) => tests.every((test) => test(image)));
}

/** All values of a label must hold, and one of any other filter. */
function testsOf(images: readonly ImageSummary[], name: string, values: readonly string[]): Test[] {
  const tests = values.map((value) => testOf(images, name, value));
  return name === 'label' ? tests : [(image) => tests.some((test) => test(image))];
}

function testOf(images: readonly ImageSummary[], name: string, value: string): Test {
  switch (name) {
    case 'dangling':
      return dangling(value);
    case 'label':
      return labelled(value);
    case 'reference':
      return ({ RepoTags, RepoDigests }) =>
        [...(RepoTags ?? []), ...(RepoDigests ?? [])].some(matches(value));
    case 'before':
    case 'since': {
      const time = createdOf(images, value);
      return ({ Created }) => (name === 'before' ? Created < time : Created > time);
    }
    default:
      throw new StatusError(1, `Error response from daemon: invalid filter '${name}'`);
  }
}

function dangling(value: string): Test {
  const wanted = ['true', '1'].includes(value);
  if (!wanted && !['false', '0'].includes(value)) {
    throw new StatusError(1, `Error response from daemon: invalid filter 'dangling=[${value}]'`);
  }
  return ({ RepoTags }) =>
    ((RepoTags ?? []).filter((tag) => tag !== '<none>:<none>').length === 0) === wanted;
}

function labelled(text: string): Test {
  const [name, value] = cut(text, '=');
  return ({ Labels }) => {
    const found = Labels?.[name];
    return found !== undefined && (value === undefined || found === value);
  };
}

/** By name with or without tag, where `*` stands for anything but a slash. */
function matches(pattern: string): (name: string) => boolean {
  const form = globForm(pattern);
  return (name) => {
    if (name.startsWith('<none>')) return false;
    const reference = parseReference(name);
    return [familiarReference(reference), familiarName(reference), name].some((shown) => form.test(shown));
  };
}

function globForm(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]');
  try {
    return new RegExp(`^${source}$`);
  } catch {
    throw new StatusError(1, 'Error response from daemon: syntax error in pattern');
  }
}

function createdOf(images: readonly ImageSummary[], name: string): number {
  const wanted = familiarTagged(name);
  const found = images.find(
    ({ Id, RepoTags }) => (RepoTags ?? []).includes(wanted) || Id.replace('sha256:', '').startsWith(name),
  );
  if (!found) throw new StatusError(1, `Error response from daemon: No such image: ${name}`);
  return found.Created;
}

function familiarTagged(name: string): string {
  try {
    const reference = parseReference(name);
    return familiarReference(reference.tag || reference.digest ? reference : { ...reference, tag: 'latest' });
  } catch {
    return name;
  }
}
