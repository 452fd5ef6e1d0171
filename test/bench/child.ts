/** Runs one benchmark: its name and the setup as JSON are the arguments, the measurements go to the parent. */
import { benchmarks } from './all.ts';
import type { Setup } from './benchmark.ts';

const [name, setup = ''] = process.argv.slice(2);
const benchmark = benchmarks.find((benchmark) => benchmark.name === name);
const measurements = await benchmark?.run(JSON.parse(setup) as Setup);
// v86 keeps timers of its own going.
process.send?.(measurements, () => process.exit(0));
