import { overBudget } from './budget.ts';
import { say } from './progress.ts';
import { staleReasons } from './stage.ts';
import { stages } from './stages.ts';

/**
 * Fails when a committed artefact is not what its inputs say or is over its budget. Needs neither a compiler nor a
 * network.
 */
const problems = overBudget('kernel-image');
for (const stage of stages) {
  const reasons = await staleReasons(stage);
  if (reasons.length === 0) continue;
  problems.push(
    `${stage.name} is stale: ${reasons.join(', ')}. Run: node --import tsx kernel-image/build.ts ${stage.name}`,
  );
}
for (const problem of problems) say(`kernel image: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
