import { atLeast, command } from '../command-spec.ts';
import { reportFailures } from '../each.ts';

export const wait = command({
  usage: 'CONTAINER [CONTAINER...]',
  short: 'Block until one or more containers stop, then print their exit codes',
  args: atLeast(1),
  spellings: 'docker container wait, docker wait',
  flags: {},
  async run({ engine, args, out, err }) {
    const failures: unknown[] = [];
    for (const name of args) {
      try {
        const waiting = await engine.containerWait(name, 'not-running');
        await out.println(String((await waiting.result).StatusCode));
      } catch (error) {
        failures.push(error);
      }
    }
    await reportFailures(err, failures);
  },
});
