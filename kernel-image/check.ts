import { overBudget } from './budget.ts';
import { bundledImagesStage } from './images/bundled.ts';
import { say } from './progress.ts';
import { staleReasons } from './stage.ts';
import { stages } from './stages.ts';

/**
 * Fails when a committed artefact is not what its inputs say or is over its budget. Needs neither a compiler nor a
 * network.
 */
const builders = [
  ...stages.map((stage) => ({ stage, command: `kernel-image/build.ts ${stage.name}` })),
  { stage: bundledImagesStage, command: 'kernel-image/images/build.ts images' },
];
const problems = overBudget('kernel-image');
for (const { stage, command } of builders) {
  const reasons = await staleReasons(stage);
  if (reasons.length === 0) continue;
  problems.push(`${stage.name} is stale: ${reasons.join(', ')}. Run: node --import tsx ${command}`);
}
for (const problem of problems) say(`kernel image: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
