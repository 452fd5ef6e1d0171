/** What both sides leave out, because it is a matter of chance or of the machine. */
import type { Builder } from './case.ts';
import type { BuildResult } from './result.ts';

export function comparable(builder: Builder, results: readonly BuildResult[]): unknown {
  return results.map(builder === 'classic' ? inWholePieces : withoutChance);
}

/** What a command writes to standard error comes in pieces, each in red. */
function inWholePieces({ output, ...result }: BuildResult): unknown {
  return { output: output.join('\n').replaceAll('\u001B[0m\u001B[91m', '').split('\n'), ...result };
}

function withoutChance({ output, image, ...result }: BuildResult): unknown {
  return {
    ...result,
    output: result.error === undefined ? output.filter(isStep(output)) : output.filter(isOfFailure),
    ...(image && {
      image: {
        ...image,
        history: image.history.map(withSortedPorts),
        layers: image.layers.map(withoutMountPoints),
      },
    }),
  };
}

/** Whether a base was looked at again, and how often, depends on what was built before; it is no step that does something. */
function isStep(output: readonly string[]): (line: string, at: number) => boolean {
  const titleOf = (at: number) => output.slice(0, at + 1).findLast((line) => !line.startsWith(' '));
  return (_, at) => !isBase(titleOf(at));
}

function isBase(line = ''): boolean {
  return /^\[[^\]]*\] FROM /.test(line);
}

/** How far other steps have come when one fails is a matter of chance. */
function isOfFailure(line: string): boolean {
  return !line.startsWith('[') && !/^ (?:DONE|CACHED|CANCELED)$/.test(line);
}

/** Docker writes them in the random order of a Go map. */
function withSortedPorts(entry: Readonly<Record<string, unknown>>): unknown {
  const [, ports] = /^EXPOSE \[(.*)\]$/.exec(String(entry['created_by'])) ?? [];
  if (ports === undefined) return entry;
  return { ...entry, created_by: `EXPOSE [${ports.split(' ').sort().join(' ')}]` };
}

const mountPoints = new Set(['etc', 'proc', 'sys']);

/** Docker's BuildKit leaves in each layer of a RUN the directories that it has mounted something in; ours are below all layers. */
function withoutMountPoints(layer: readonly string[]): readonly string[] {
  return layer.filter((line) => {
    const [, path = ''] = /^directory 0755 0:0 (\S+)$/.exec(line) ?? [];
    return !mountPoints.has(path) || layer.some((other) => other.includes(` ${path}/`));
  });
}
