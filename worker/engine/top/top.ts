import type { Top } from '../../protocol/engine-api.ts';
import type { Container } from '../containers/container.ts';
import { containerEvent } from '../containers/event.ts';
import { requireRunning } from '../containers/stopper.ts';
import type { EngineContext } from '../context.ts';
import { conflict, internal } from '../errors.ts';
import type { PsRequest } from './arguments.ts';
import { parsePsArguments, PsError } from './arguments.ts';
import { forest } from './forest.ts';
import type { Process } from './process.ts';
import { parseProcess } from './process.ts';
import type { Surroundings } from './surroundings.ts';
import { parseSurroundings, surroundingPaths } from './surroundings.ts';

/**
 * What ps would print of a container's processes on the machine, taken apart as Docker does it.
 * https://github.com/moby/moby/blob/v28.5.2/daemon/top_unix.go
 */
export async function top(
  { agent, clock, events }: Pick<EngineContext, 'agent' | 'clock' | 'events'>,
  container: Container,
  args = '',
): Promise<Top> {
  validate(args);
  requireRunning(container);
  if (container.state.restarting)
    throw conflict(`Container ${container.id} is restarting, wait until the container is running`);
  const request = parse(args === '' ? '-ef' : args);
  const [texts, files] = await Promise.all([
    agent.call('processes', { id: container.id }),
    agent.call('read', { paths: surroundingPaths }),
  ]);
  const around = parseSurroundings(files, clock.now() / 1000);
  const result = table(request, texts.map(parseProcess), around);
  containerEvent(events, container, 'top');
  return result;
}

/** A header PID for something else would make rows be taken for other processes. */
function validate(args: string): void {
  for (const [, name, header] of args.matchAll(/\s+(\S*)=\s*(PID\S*)/g))
    if (name !== 'pid') throw internal(`specifying "${name}=${header}" is not allowed`);
}

function parse(args: string): PsRequest {
  try {
    const request = parsePsArguments(args.split(' '));
    if (needsSelection(request)) throw new PsError('exit status 1');
    return request;
  } catch (error) {
    if (error instanceof PsError) throw internal(`ps: ${error.message}`);
    throw error;
  }
}

/** Docker asks for the container's pids; where ps does not combine that, it shows what it is told, or dockerd's own terminal's: nothing. */
function needsSelection({ selectors, forest: trees, sort, deselect }: PsRequest): boolean {
  return selectors.length === 0 && (trees || deselect || sort.length > 0);
}

function table(request: PsRequest, processes: readonly Process[], around: Surroundings): Top {
  const Titles = fields(request.columns.map(({ header }) => header).join(' '));
  if (!Titles.includes('PID')) throw internal("Couldn't find PID field in ps output");
  const shown = sorted(request, processes, around).filter(
    (process) => isSelected(request, process, around) !== request.deselect,
  );
  const branches = request.forest ? forest(shown) : shown.map((process) => ({ process, prefix: '' }));
  const Processes = branches.map(({ process, prefix }) => {
    const values = request.columns.map(({ header, value }) => {
      const text = value(process, around);
      return header === 'COMMAND' || header === 'CMD' ? prefix + text : text;
    });
    return merged(fields(values.join(' ')), Titles.length);
  });
  return { Titles, Processes };
}

function isSelected({ selectors }: PsRequest, process: Process, around: Surroundings): boolean {
  return selectors.length === 0 || selectors.some((selects) => selects(process, around));
}

function sorted({ sort }: PsRequest, processes: readonly Process[], around: Surroundings): Process[] {
  const byPid = processes.toSorted((a, b) => a.pid - b.pid);
  return byPid.toSorted((a, b) => {
    for (const { column, descending } of sort) {
      const order = compare(column.value(a, around), column.value(b, around));
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}

function compare(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  if (!Number.isNaN(difference)) return difference;
  return a < b ? -1 : Number(a > b);
}

/** Docker takes ps' lines apart at every blank, and what is left over belongs to the last column. */
function merged(words: string[], columns: number): string[] {
  return [...words.slice(0, columns - 1), words.slice(columns - 1).join(' ')];
}

function fields(text: string): string[] {
  return text.split(/[\t\n\f\r ]+/).filter(Boolean);
}
