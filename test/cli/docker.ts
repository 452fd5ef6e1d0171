import { runCommand } from '../../worker/cli/command.ts';
import type { FakeEngine } from './fake-engine.ts';
import { FakeSession } from './fake-session.ts';

export interface Done {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a `docker` line; words are set apart by single spaces, and `'...'` keeps its own. */
export async function docker(
  engine: FakeEngine,
  line: string,
  prepare: (session: FakeSession) => void = () => undefined,
): Promise<Done> {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const session = new FakeSession(words);
  prepare(session);
  session.keys.end();
  const code = await runCommand(engine, session);
  return { code, out: session.printed, err: session.complained };
}
