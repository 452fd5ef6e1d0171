import { command, exactly } from '../command-spec.ts';
import { bool, string } from '../flags/kinds.ts';
import { pumpOutput } from '../streams.ts';
import { timestamp } from '../timestamp.ts';

const example = '(e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)';

export const logs = command({
  usage: '[OPTIONS] CONTAINER',
  short: 'Fetch the logs of a container',
  args: exactly(1),
  spellings: 'docker container logs, docker logs',
  flags: {
    details: bool('Show extra details provided to logs'),
    follow: bool('Follow log output', { short: 'f' }),
    since: string(`Show logs since timestamp ${example}`),
    tail: string('Number of lines to show from the end of the logs', { short: 'n', initial: 'all' }),
    timestamps: bool('Show timestamps', { short: 't' }),
    until: string(`Show logs before a timestamp ${example}`),
  },
  async run({ engine, session, values, args: [container = ''] }) {
    const { Id } = await engine.containerInspect(container);
    const { output } = await engine.containerLogs(Id, {
      stdout: true,
      stderr: true,
      tail: values.tail,
      ...(values.follow ? { follow: true } : {}),
      ...(values.details ? { details: true } : {}),
      ...(values.timestamps ? { timestamps: true } : {}),
      ...(values.since === '' ? {} : { since: timestamp('since', values.since) }),
      ...(values.until === '' ? {} : { until: timestamp('until', values.until) }),
    });
    await pumpOutput(output, session);
  },
});
