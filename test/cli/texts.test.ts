import { describe, expect, test } from 'vitest';
import { runCommand } from '../../worker/cli/command.ts';
import { sections, unlisted } from '../../worker/cli/command-tree.ts';
import type { Entry } from '../../worker/cli/command-tree.ts';
import type { Version } from '../../worker/protocol/engine-api.ts';
import { FakeEngine } from './fake-engine.ts';
import { FakeSession } from './fake-session.ts';
import { containerFixture, imageFixture } from './fixtures.ts';
import { readRecorded } from './recorded.ts';

/** What Docker's own client did. */
interface Case {
  readonly args: string[];
  readonly code: number;
  readonly out?: string;
  readonly err?: string;
  /** Its output names its version. */
  readonly anyOut?: boolean;
}

interface Configured extends Case {
  readonly env?: Record<string, string>;
  readonly files?: Record<string, string | null>;
  readonly calls: string[];
  /** The variables of a container that was asked for. */
  readonly env_sent?: string[] | null;
}

const recorded = readRecorded('texts') as { cases: Case[]; configured: Configured[] };
type Help = [path: string, out: string, err?: string];
const helps = readRecorded('help') as Record<'help' | 'buildx' | 'withoutBuildKit', Help[]>;

async function docker(engine: FakeEngine, args: readonly string[], prepare?: (session: FakeSession) => void) {
  const session = new FakeSession(args);
  session.env = new Map([['HOME', '/root']]);
  prepare?.(session);
  const code = await runCommand(engine, session);
  return { code, out: session.printed, err: session.complained };
}

describe('what Docker’s client says', () => {
  test.each(recorded.cases.map((one) => [one.args.join(' '), one] as const))('docker %s', async (_, one) => {
    const engine = new FakeEngine();
    engine.versionAnswer = { Platform: { Name: '' }, Components: [] } as unknown as Version;
    const { code, out, err } = await docker(engine, one.args);
    const expected = { code: one.code, out: one.anyOut ? out : (one.out ?? ''), err: one.err ?? '' };
    expect({ code, out, err }).toEqual(expected);
  });
});

function withEnv(name: string): (value: string) => (session: FakeSession) => void {
  return (value) => (session) => (session.env = new Map([[name, value]]));
}

class ListingEngine extends FakeEngine {
  override containers = [
    containerFixture({ Id: 'c0ffee'.padEnd(64, '0'), Names: ['/web'], Status: 'Up', Created: 1 }),
  ];
  override images = [imageFixture({ Id: 'sha256:1234567890123', RepoTags: ['alpine:latest'] })];

  protected override hasImage(): boolean {
    return true;
  }

  override async networkList(): Promise<never[]> {
    this.calls.push('GET /networks');
    return [{ Name: 'bridge', Id: 'b', Driver: 'bridge', Scope: 'local' }] as never[];
  }

  override async volumeList(): Promise<never> {
    this.calls.push('GET /volumes');
    return { Volumes: [{ Name: 'v', Driver: 'local' }], Warnings: null } as never;
  }

  override async containerPrune(options?: { filters?: Record<string, string[]> }): Promise<never> {
    const sets = Object.entries(options?.filters ?? {}).map(([name, values]) => [
      name,
      Object.fromEntries(values.map((value) => [value, true])),
    ]);
    const filters = encodeURIComponent(JSON.stringify(Object.fromEntries(sets))).replaceAll('!', '%21');
    this.calls.push(`POST /containers/prune?filters=${filters}`);
    return { ContainersDeleted: null, SpaceReclaimed: 0 } as never;
  }
}

describe('its configuration', () => {
  const named = recorded.configured.map((one) => {
    const given = JSON.stringify([one.env ?? {}, Object.values(one.files ?? {})]);
    return [`${given} docker ${one.args.join(' ')}`, one] as const;
  });

  test.each(named)('%s', async (_, one) => {
    const engine = new ListingEngine();
    const { code, out, err } = await docker(engine, one.args, (session) => {
      session.env = new Map([['HOME', '/root'], ...Object.entries(one.env ?? {})]);
      for (const [path, text] of Object.entries(one.files ?? {})) {
        if (text === null) session.directories.add(path);
        else session.fileTexts[path] = text;
      }
    });
    expect({ code, out, err }).toEqual({ code: one.code, out: one.out ?? '', err: one.err ?? '' });
    expect(engine.calls).toEqual(one.calls);
    if (one.env_sent) expect([...(engine.created[0]?.Env ?? [])].sort()).toEqual([...one.env_sent].sort());
  });

  test('a version of the API that the engine does not know', async () => {
    const of = withEnv('DOCKER_API_VERSION');
    const error = 'Error response from daemon: client version';
    expect((await docker(new FakeEngine(), ['ps'], of('1.99'))).err).toBe(
      `${error} 1.99 is too new. Maximum supported API version is 1.51\n`,
    );
    expect((await docker(new FakeEngine(), ['ps'], of('1.12'))).err).toContain(`${error} 1.12 is too old.`);
  });

  test('the image’s authenticity is not pretended', async () => {
    const trusting = await docker(
      new ListingEngine(),
      ['create', 'alpine'],
      withEnv('DOCKER_CONTENT_TRUST')('1'),
    );
    expect(trusting).toEqual({ code: 1, out: '', err: 'content trust is not available in Bottleship\n' });
  });
});

/** The entry that a command's words lead to. */
function entryOf(path: string): Entry | undefined {
  let entries: readonly Entry[] = [...sections.flatMap((section) => section.entries), ...unlisted];
  let entry: Entry | undefined;
  for (const name of path.split(' ')) {
    entry = entries.find((one) => one.name === name);
    entries = entry?.group?.commands ?? [];
  }
  return entry;
}

/** The recording client lacked the plugin and said so; to install one is no advice for ours. */
const withoutBuildx = /^DEPRECATED: The legacy builder[^]*buildx\/\n\n?/;

describe('help', () => {
  test.each(helps.help)('docker %s --help', async (path, out, err = '') => {
    const words = path === '' ? [] : path.split(' ');
    const entry = entryOf(path);
    const there = path === '' || entry?.group !== undefined || entry?.spec !== undefined;
    const said = await docker(new FakeEngine(), [...words, '--help']);
    if (there) expect(said).toEqual({ code: 0, out, err: err.replace(withoutBuildx, '') });
    else expect(said.err).toContain('is not available yet in this version of Bottleship');
  });

  test.each(helps.buildx)('docker %s --help, with buildx', async (path, out) => {
    const said = await docker(new FakeEngine(), [...path.split(' '), '--help']);
    expect(said).toEqual({ code: 0, out, err: '' });
  });

  test.each(helps.withoutBuildKit)('DOCKER_BUILDKIT=0 docker %s --help', async (path, out, err) => {
    const classic = withEnv('DOCKER_BUILDKIT')('0');
    const said = await docker(new FakeEngine(), [...path.split(' '), '--help'], classic);
    expect(said).toEqual({ code: 0, out, err });
  });
});
