/** Our command and Docker's client 28, on the same engine: the same output, errors and exit codes. */
import { beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../worker/cli/command.ts';
import { transcript } from '../boot/golden-transcript.ts';
import { FakeSession } from '../cli/fake-session.ts';
import { isThere } from './clients.ts';
import { commandLines } from './command-lines.ts';
import { type Docker, engineForFile, type Finished } from './engine.ts';

const name = 'docker 28';
const engine = engineForFile();

function wordsOf(line: string): string[] {
  const found = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)];
  return found.map(([, single, double, plain]) => single ?? double ?? plain ?? '');
}

/** Each side has names of its own, which are not told apart. */
function seen({ code, stdout, stderr }: Finished, own: string): string[] {
  const [out, err] = [stdout, stderr].map((text) => text.replaceAll(own, '@'));
  return transcript({ stdout: out ?? '', stderr: err ?? '', code, calls: [] });
}

async function ours(line: string): Promise<Finished> {
  const session = new FakeSession(wordsOf(line.replaceAll('@', 'ours')));
  session.keys.end();
  const code = await runCommand(engine().bottleship.engine, session);
  return { code, stdout: session.printed, stderr: session.complained };
}

describe.skipIf(!isThere(name))('our command and Docker’s client', () => {
  let docker: Docker;

  beforeAll(async () => {
    docker = engine().client(name);
    await docker.out('run', '-d', '--name', 'one', '-l', 'a=b', 'busybox', 'sleep', '1000');
    await docker.out(
      'run',
      '--name',
      'two',
      '-v',
      '/data',
      'busybox',
      'sh',
      '-c',
      'echo 1; echo 2; touch /new',
    );
    await docker.out('create', '--name', 'three', '--label', 'com.example.my-label=x', 'busybox', 'true');
    await docker.out('volume', 'create', 'v1');
  });

  test.each(commandLines.map((line) => [line] as const))('docker %s', async (line) => {
    const theirs = await docker.run(wordsOf(line.replaceAll('@', 'theirs')));
    expect(seen(await ours(line), 'ours')).toEqual(seen(theirs, 'theirs'));
  });
});
