import type { Filters } from '../../protocol/engine-api.ts';
import { familiarName, familiarReference } from '../../oci/reference.ts';
import type { Reference } from '../../oci/reference.ts';
import { invalid } from '../errors.ts';
import type { Instant } from '../clock.ts';
import { parseMoment } from '../moment.ts';
import { glob } from '../../oci/glob.ts';
import type { Image } from './image.ts';
import type { ImageStore } from './store.ts';

/** What a list or prune of images asks for. */
export interface ImageFilter {
  /** undefined: both. */
  readonly dangling: boolean | undefined;
  /** Whether an image is wanted, its names apart. */
  readonly wants: (image: Image) => boolean;
  /** Which of its names are to be shown; undefined: all. */
  readonly named: ((reference: Reference) => boolean) | undefined;
}

type Test = (image: Image) => boolean;

/** One entry a filter that looks at the image alone. */
const tests: Readonly<Record<string, (values: readonly string[], images: ImageStore, now: Instant) => Test>> =
  {
    label: (values) => (image) => values.every((value) => hasLabel(image, value)),
    'label!': (values) => (image) => !values.some((value) => hasLabel(image, value)),
    before: (values, images) => older(values.map((value) => createdAt(images.get(value)))),
    since: (values, images) => newer(values.map((value) => createdAt(images.get(value)))),
    until: (values, _images, now) => older(values.map((value) => parseMoment(value, now))),
  };

const listFilters = ['dangling', 'label', 'before', 'since', 'reference', 'until'];
const pruneFilters = ['dangling', 'label', 'label!', 'until'];

/** https://github.com/moby/moby/blob/v28.5.2/daemon/images/images.go */
export function imageFilter(
  filters: Filters,
  images: ImageStore,
  kind: 'list' | 'prune',
  now: Instant,
): ImageFilter {
  const known = kind === 'list' ? listFilters : pruneFilters;
  const given = Object.entries(filters).filter(([, values]) => values.length > 0);
  const unknown = given.find(([name]) => !known.includes(name));
  if (unknown !== undefined) throw invalid(`invalid filter '${unknown[0]}'`);
  const all = given.flatMap(([name, values]) => tests[name]?.(values, images, now) ?? []);
  const patterns = filters['reference']?.map(referencePattern);
  return {
    dangling: danglingOf(filters['dangling'] ?? []),
    wants: (image) => all.every((test) => test(image)),
    named: patterns?.length ? (name) => patterns.some((matches) => matches(name)) : undefined,
  };
}

/** When the image was made, in milliseconds since 1970; one that does not say is from Go's zero time. */
export function createdAt({ full }: Image): number {
  return full.created === undefined ? -62_135_596_800_000 : Date.parse(full.created);
}

function danglingOf(values: readonly string[]): boolean | undefined {
  if (values.length === 0) return undefined;
  const wanted = values.map((value) => {
    if (['true', '1'].includes(value)) return true;
    if (['false', '0'].includes(value)) return false;
    throw invalid(`invalid filter 'dangling=[${values.join(' ')}]'`);
  });
  if (new Set(wanted).size > 1) throw invalid(`invalid filter 'dangling=[${values.join(' ')}]'`);
  return wanted[0];
}

function hasLabel({ config }: Image, text: string): boolean {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const labels = config.Labels ?? {};
  return Object.hasOwn(labels, name) && (equals < 0 || labels[name] === text.slice(equals + 1));
}

function older(times: readonly number[]): Test {
  const limit = Math.min(...times);
  return (image) => createdAt(image) < limit;
}

function newer(times: readonly number[]): Test {
  const limit = Math.max(...times);
  return (image) => createdAt(image) > limit;
}

/** By name with or without tag. */
function referencePattern(pattern: string): (name: Reference) => boolean {
  const matches = glob(pattern);
  return (name) => matches(familiarReference(name)) || matches(familiarName(name));
}
