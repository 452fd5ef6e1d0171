import type { Mount } from '../../protocol/engine-api.ts';
import { invalid } from '../errors.ts';

const units = [
  ['g', 2 ** 30],
  ['m', 2 ** 20],
  ['k', 2 ** 10],
] as const;

/** Of a mount of the type `tmpfs`, as mount(8) takes them. https://github.com/moby/moby/blob/v28.5.2/volume/mounts/linux_parser.go (ConvertTmpfsOptions) */
export function tmpfsOptions({ TmpfsOptions, ReadOnly }: Mount): string[] {
  const { Mode, SizeBytes, Options } = TmpfsOptions ?? {};
  return [
    ...(ReadOnly ? ['ro'] : []),
    ...(Mode ? [`mode=${Mode.toString(8)}`] : []),
    ...(SizeBytes ? [`size=${sizeText(SizeBytes)}`] : []),
    ...(Options ?? []).map(option),
  ];
}

function sizeText(bytes: number): string {
  const unit = units.find(([, size]) => bytes % size === 0);
  return unit === undefined ? String(bytes) : `${bytes / unit[1]}${unit[0]}`;
}

function option(words: readonly string[]): string {
  const [name = '', value] = words;
  if (words.length < 1 || words.length > 2) throw invalid('invalid option array length');
  if (name !== 'exec' && name !== 'noexec') throw invalid(`invalid option: ${name}`);
  return value === undefined ? name : `${name}=${value}`;
}
