import { invalid } from '../errors.ts';

const largest = 8192;

/** `0-2,5`, as cgroup files have it. https://github.com/moby/moby/blob/v28.5.2/pkg/parsers/parsers.go (ParseUintListMaximum) */
export function parseNumberList(text: string): number[] {
  if (text === '') return [];
  return text.split(',').flatMap((part) => {
    const [, low = '', , high = low] = /^(\d+)(-(\d+))?$/.exec(part) ?? [];
    if (low === '' || Number(high) < Number(low)) throw invalid(`invalid format: ${text}`);
    if (Number(high) > largest) throw invalid(`value of out range, maximum is ${largest}`);
    return Array.from({ length: Number(high) - Number(low) + 1 }, (_, i) => Number(low) + i);
  });
}
