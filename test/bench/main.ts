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
import { benchmarks } from './all.ts';
import { buildFiles } from './files.ts';
import { runIsolated } from './isolated.ts';
import type { Measurement } from './measurement.ts';
import { formatTable } from './table.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string', multiple: true },
    native: { type: 'string' },
  },
});

const started = performance.now();
const chosen = benchmarks.filter(({ name }) => values.only?.includes(name) ?? true);
if (chosen.length === 0) throw new Error(`--only knows ${benchmarks.map(({ name }) => name).join(', ')}`);
const setup = { files: await buildFiles(), native: values.native };
console.log(`${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, ${load()}`);
const measurements: Measurement[] = [];
for (const benchmark of chosen) {
  process.stderr.write(`bench: ${benchmark.name}\n`);
  measurements.push(...(await runIsolated(benchmark, setup)));
}
console.log(formatTable(measurements));
console.log(`${((performance.now() - started) / 1000).toFixed(0)} s, ${load()}`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(measurements, null, 2)}\n`);

function load(): string {
  return `load average ${loadavg()
    .map((average) => average.toFixed(2))
    .join(' ')}`;
}
