/**
 * Measures the product, in Chromium and headless in Node, and prints one table from one run.
 *
 *   npm run bench [-- --json FILE] [--only NAME]... [--native DIR]
 *
 * DIR is where `tools/oracle up DIR` runs a native engine with a busybox image to compare with.
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Benchmark } from './benchmark.ts';
import { buildFiles } from './files.ts';
import { agent } from './headless/agent.ts';
import { commands } from './headless/commands.ts';
import { echo } from './headless/echo.ts';
import { ninep } from './headless/ninep.ts';
import { output } from './headless/output.ts';
import { restore } from './headless/restore.ts';
import type { Measurement } from './measurement.ts';
import { native } from './native.ts';
import { coldPage } from './page/cold.ts';
import { pageCommands } from './page/commands.ts';
import { pageEcho } from './page/echo.ts';
import { warmPage } from './page/warm.ts';
import { sizes } from './sizes.ts';
import { formatTable } from './table.ts';

const inPage = [coldPage, warmPage, pageCommands, pageEcho];
const headless = [restore, commands, echo, agent, ninep, output];
const all = [...inPage, ...headless, native, sizes];

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string', multiple: true },
    native: { type: 'string' },
  },
});

const started = performance.now();
const chosen = all.filter(({ name }) => values.only?.includes(name) ?? true);
if (chosen.length === 0) throw new Error(`--only knows ${all.map(({ name }) => name).join(', ')}`);
say(`${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, ${load()}`);
const setup = { files: await buildFiles(), native: values.native };
const measurements: Measurement[] = [];
for (const benchmark of chosen) measurements.push(...(await measured(benchmark)));
console.log(formatTable(measurements));
say(`${((performance.now() - started) / 1000).toFixed(0)} s, ${load()}`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(measurements, null, 2)}\n`);
// v86 keeps timers of its own going.
process.exit(0);

async function measured(benchmark: Benchmark): Promise<Measurement[]> {
  process.stderr.write(`bench: ${benchmark.name}\n`);
  return benchmark.run(setup);
}

function load(): string {
  return `load average ${loadavg()
    .map((average) => average.toFixed(2))
    .join(' ')}`;
}

function say(line: string): void {
  console.log(line);
}
