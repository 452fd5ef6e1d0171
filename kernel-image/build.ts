import { updatePins } from './packages.ts';
import { say } from './progress.ts';
import { runStage } from './stage.ts';
import { stages } from './stages.ts';

const usage = `usage: node --import tsx kernel-image/build.ts [--force] [${stages.map(({ name }) => name).join('|')}]...
       node --import tsx kernel-image/build.ts --update-packages

Builds what the machine is made of into kernel-image/artefacts: every stage whose inputs have changed, or the named ones.
--force builds them even so. --update-packages pins the newest versions of Debian's packages in packages.json.
`;

/** Builds the named stages, or all. Exit code 0 when everything asked for is up to date in the end. */
async function main(args: string[]): Promise<void> {
  const names = args.filter((arg) => !arg.startsWith('-'));
  const options = args.filter((arg) => arg.startsWith('-'));
  if (options.includes('--update-packages')) return updatePins();
  const unknown = [
    ...names.filter((name) => !stages.some((stage) => stage.name === name)),
    ...options.filter((o) => o !== '--force'),
  ];
  if (unknown.length > 0) throw new Error(`${unknown.join(' ')}: not known\n${usage}`);
  const chosen = stages.filter((stage) => names.length === 0 || names.includes(stage.name));
  for (const stage of chosen) await runStage(stage, options.includes('--force'));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say(`build: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
