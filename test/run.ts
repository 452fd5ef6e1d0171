/**
 * Runs the tests, as `vitest run` with these arguments would, and ends with one line that sums it up, for people and for
 * CI: `N passed, N failed, N skipped`.
 *
 * A file that needs a machine or a browser and fails is run once more, by itself; what passes only then is a defect of
 * the test or of the product that shows now and then, and is named before the last line.
 */
import { createVitest, parseCLI, type TestCase, type TestModule, type TestSpecification } from 'vitest/node';

/** More files than this fail for a reason, and not now and then. */
const mostFilesTwice = 3;

const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
const vitest = await createVitest('test', { ...options, watch: false });
try {
  const first = await vitest.start(filter);
  const failed = first.testModules.filter((module) => !module.ok());
  const again = failed.filter(({ project }) => project.name !== 'unit');
  const unstable = again.length <= mostFilesTwice ? await passingNow(again) : [];
  const modules = vitest.state.getTestModules();
  for (const name of unstable) console.log(`passed in a second run only: ${name}`);
  const failures = first.unhandledErrors.length + count(modules, 'failed');
  console.log(
    `\n${count(modules, 'passed')} passed, ${failures} failed, ${count(modules, 'skipped')} skipped`,
  );
  process.exitCode = failures === 0 ? 0 : 1;
} finally {
  await vitest.close();
}

/** Runs these once more: the names of the tests that passed this time. */
async function passingNow(modules: readonly TestModule[]): Promise<string[]> {
  if (modules.length === 0) return [];
  const names = new Set(modules.flatMap((module) => [...module.children.allTests('failed')].map(nameOf)));
  console.log(
    `\nonce more, as a test of it failed: ${modules.map(({ relativeModuleId }) => relativeModuleId).join(', ')}`,
  );
  const { testModules } = await vitest.runTestSpecifications(
    modules.map((module): TestSpecification => module.toTestSpecification()),
  );
  const passed = testModules.flatMap((module) => [...module.children.allTests('passed')].map(nameOf));
  return passed.filter((name) => names.has(name));
}

function nameOf({ module, fullName }: TestCase): string {
  return `${module.relativeModuleId} > ${fullName}`;
}

/** A file that cannot be loaded at all is one failure. */
function count(modules: readonly TestModule[], wanted: 'passed' | 'failed' | 'skipped'): number {
  const unloaded = modules.filter((module) => module.state() === 'failed' && module.children.size === 0);
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const of = tests.filter(
    (test) => test.result().state === wanted || (wanted === 'skipped' && test.result().state === 'pending'),
  );
  return of.length + (wanted === 'failed' ? unloaded.length : 0);
}
