import type { ImageSummary } from '../protocol/engine-api.ts';
import { characters } from './format/characters.ts';
import { shortId } from './format/ids.ts';
import { humanSize } from './format/size.ts';
import type { ClientSession } from './session.ts';

/** One cell: what is shown, how it is coloured on a terminal, and on which side it is filled up. */
interface Column {
  readonly title: string;
  readonly width: number;
  readonly right?: boolean;
  /** Already coloured. */
  readonly value: (image: ImageSummary) => string;
}

/** What a terminal adds to a text. */
interface Look {
  readonly name: Colour;
  readonly untagged: Colour;
  readonly detail: Colour;
  readonly warning: Colour;
  readonly info: string;
  readonly inUse: string;
  readonly notInUse: string;
}

type Colour = (text: string) => string;

const spacing = '   ';
/** Below this the first column gets nothing taken away: columns at the end are left out instead. */
const leastNameWidth = 12;
const untagged = '<untagged>';
const experimental =
  "WARNING: This is an experimental feature. The output may change and shouldn't be depended on.";

const plain: Colour = (text) => text;
const coloured =
  (start: string): Colour =>
  (text) =>
    `\x1b[${start}m${text}\x1b[0m`;
const title = coloured('39m\x1b[1');

const pipe: Look = {
  name: plain,
  untagged: plain,
  detail: plain,
  warning: plain,
  info: ' Info -> ',
  inUse: 'U',
  notInUse: ' ',
};
const terminal: Look = {
  name: coloured('34m\x1b[1'),
  untagged: coloured('39m\x1b[2'),
  detail: coloured('39'),
  warning: coloured('93'),
  info: '\x1b[1m\x1b[106m\x1b[30mi\x1b[0m\x1b[0m \x1b[96mInfo → \x1b[0m\x1b[0m',
  inUse: '\x1b[38;5;0m\x1b[48;5;14m U \x1b[0m',
  notInUse: '   ',
};

/**
 * What `docker images --tree` prints of an engine whose images have no manifests of other platforms below them, newest first.
 * The titles are coloured on a pipe, too. Recorded with Docker's client 28.5.2 (`test/cli/recorded/image-tree.json`).
 */
export function imageTree(images: readonly ImageSummary[], { tty, size }: ClientSession): string {
  const look = tty.stdout ? terminal : pipe;
  const cols = tty.stdout ? (size?.cols ?? 0) : 0;
  const width = Math.max(cols || 80, 20);
  const shown = images.toSorted((a, b) => b.Created - a.Created);
  const { nameWidth, columns } = fitted(width, shown, detailColumns(shown, look));
  const head = [
    title('IMAGE') + fill('IMAGE', nameWidth),
    ...columns.map((one) => cell(one, one.title, title)),
  ];
  const rows = shown.map((image) => [
    names(image, nameWidth, cols, look),
    ...columns.map((one) => cell(one, one.value(image), one.title === 'EXTRA' ? plain : look.detail)),
  ]);
  return [
    look.warning(experimental),
    legend(look, width),
    '',
    ...[head, ...rows].map((row) => row.join(spacing)),
    '',
  ].join('\n');
}

/** Images without a name and a digest, which are shown with `--all` alone. */
export function isDangling({ RepoTags, RepoDigests }: ImageSummary): boolean {
  return !RepoTags?.length && !RepoDigests?.length;
}

function detailColumns(images: readonly ImageSummary[], look: Look): Column[] {
  const anyInUse = images.some(inUse);
  const mark = (image: ImageSummary) => (inUse(image) ? look.inUse : look.notInUse);
  return [
    { title: 'ID', width: 12, value: ({ Id }) => shortId(Id) },
    { title: 'DISK USAGE', width: 10, right: true, value: ({ Size }) => humanSize(Size, 3) },
    // Nothing is known of content where images are not in containerd's store.
    { title: 'CONTENT SIZE', width: 12, right: true, value: () => humanSize(0, 3) },
    { title: 'EXTRA', width: 5, value: (image) => (anyInUse ? mark(image) : '') },
  ];
}

function inUse({ Containers }: ImageSummary): boolean {
  return Containers > 0;
}

/** The columns for which there is room, and what they leave to the names, no more than those need. */
function fitted(
  width: number,
  images: readonly ImageSummary[],
  columns: readonly Column[],
): { nameWidth: number; columns: readonly Column[] } {
  let left = width;
  let count = 0;
  for (const column of columns) {
    const taken = column.width + spacing.length;
    if (left - taken < leastNameWidth) break;
    left -= taken;
    count++;
  }
  const widest = Math.max('IMAGE'.length, ...images.flatMap(namesOf).map((name) => name.length));
  return { nameWidth: Math.min(left, widest), columns: columns.slice(0, count) };
}

function namesOf({ RepoTags }: ImageSummary): readonly string[] {
  return RepoTags?.length ? RepoTags : [untagged];
}

/** All names but the shortest have lines of their own, as wide as the terminal. */
function names(image: ImageSummary, width: number, cols: number, look: Look): string {
  const colour = image.RepoTags?.length ? look.name : look.untagged;
  const all = namesOf(image).toSorted((a, b) => b.length - a.length);
  const lines = all.slice(0, -1).map((name) => `${colour(cols === 0 ? name : cut(name, cols))}\n`);
  const last = all.at(-1) ?? '';
  const shown = last.length > width ? cut(last, width) : last;
  return lines.join('') + colour(shown) + fill(shown, width);
}

function cell({ width, right }: Column, text: string, colour: Colour): string {
  return right ? fill(text, width) + colour(text) : colour(text) + fill(text, width);
}

function fill(text: string, width: number): string {
  return ' '.repeat(Math.max(width - visibleLength(text), 0));
}

/** One that is as long as the room is cut, too, as Docker's client has it. */
function cut(text: string, width: number): string {
  const all = characters(text);
  return all.length < width ? text : `${all.slice(0, width - 1).join('')}…`;
}

function legend(look: Look, width: number): string {
  const text = `${look.info} ${look.inUse} In Use `;
  return fill(text, width) + text;
}

function visibleLength(text: string): number {
  return characters(text.replaceAll(/\x1b[^m]*m/g, '')).length;
}
