import { shortId } from './format/ids.ts';
import type { Listing } from './format/listing.ts';
import { bytesSize, humanSize } from './format/size.ts';

/** What a container uses; undefined while nothing valid is known. */
export interface Usage {
  /** In hundredths of one CPU. */
  readonly cpu: number;
  readonly memory: number;
  readonly memoryLimit: number;
  readonly received: number;
  readonly sent: number;
  readonly read: number;
  readonly written: number;
  readonly pids: number;
}

export interface StatsRow {
  /** As it was asked for. */
  readonly container: string;
  readonly id: string;
  /** With the slash before it; empty until the engine has said it. */
  readonly name: string;
  readonly usage: Usage | undefined;
}

const unknown = '--';
const columns = ['ID', 'Name', 'CPUPerc', 'MemUsage', 'MemPerc', 'NetIO', 'BlockIO', 'PIDs'];

/** Of `docker stats`. */
export const statsListing: Listing<StatsRow> = {
  type: '*container.statsContext',
  table: columns.map((name) => `{{.${name}}}`).join('\t'),
  quiet: '{{.ID}}',
  fields: {
    BlockIO: { title: 'BLOCK I/O', value: known(({ read, written }) => both(read, written)) },
    CPUPerc: { title: 'CPU %', value: known(({ cpu }) => percent(cpu)) },
    Container: { title: 'CONTAINER', value: ({ container }) => container },
    ID: { title: 'CONTAINER ID', value: ({ id }, full) => (full ? id : shortId(id)) },
    MemPerc: { title: 'MEM %', value: known(memoryPercent) },
    MemUsage: { title: 'MEM USAGE / LIMIT', value: known(memory, `${unknown} / ${unknown}`) },
    Name: { title: 'NAME', value: ({ name }) => (name.length > 1 ? name.slice(1) : unknown) },
    NetIO: { title: 'NET I/O', value: known(({ received, sent }) => both(received, sent)) },
    PIDs: { title: 'PIDS', value: known(({ pids }) => String(pids)) },
  },
};

function known(show: (usage: Usage) => string, otherwise = unknown): (row: StatsRow) => string {
  return ({ usage }) => (usage ? show(usage) : otherwise);
}

function both(one: number, other: number): string {
  return `${humanSize(one, 3)} / ${humanSize(other, 3)}`;
}

function memory({ memory, memoryLimit }: Usage): string {
  return `${bytesSize(memory)} / ${bytesSize(memoryLimit)}`;
}

function memoryPercent({ memory, memoryLimit }: Usage): string {
  return percent(memoryLimit === 0 ? 0 : (memory / memoryLimit) * 100);
}

function percent(value: number): string {
  return `${value.toFixed(2)}%`;
}
