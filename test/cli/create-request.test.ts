import { describe, expect, test } from 'vitest';
import { runCommand } from '../../worker/cli/command.ts';
import { FakeEngine } from './fake-engine.ts';
import { FakeSession } from './fake-session.ts';
import { readRecorded } from './recorded.ts';

/** What Docker's own client did with the same arguments, in the same directory. */
interface Case {
  readonly args: string[];
  readonly code: number;
  readonly err?: string;
  readonly calls?: string[];
  /** What differs from `recorded.base`. */
  readonly body?: Record<string, unknown> & { HostConfig?: object };
}

const recorded = readRecorded('create') as { base: { HostConfig: object }; cases: Case[] };

const files: Record<string, string | Uint8Array> = {
  env: '# comment\nA=file\nFROM_FILE=x y\n  LEAD=1\nHOME\nNOTHING\r\nCR=1\r\nEMPTY=\n',
  env2: 'A=two\nB=1\n',
  empty: '',
  badenv: 'A B=1\n',
  badenv2: '=1\n',
  utf16: Uint8Array.of(0xff, 0xfe, 0x41, 0, 0x3d, 0, 0x31, 0),
  bom: '\uFEFFA=1\n',
  latin1: Uint8Array.of(0x41, 0x3d, 0xe9, 0x0a),
  labels: 'x=y\nz\n# c\n\nHOME\n',
  labels2: 'a = 1\n',
  badlabels: '=y\n',
  oldid: 'old',
  'profile.json': '{\n "defaultAction": "SCMP_ACT_ALLOW",\n "x": "<>" }\n',
  'bad.json': '{"a":',
  'bad2.json': '{"a":1} x',
  'bad3.json': "{'a':1}",
};

class AnyImageEngine extends FakeEngine {
  protected override hasImage(): boolean {
    return true;
  }
}

async function run(args: readonly string[]) {
  const engine = new AnyImageEngine();
  const session = new FakeSession(args);
  session.env = new Map([['HOME', '/root']]);
  Object.assign(session.fileTexts, files);
  const code = await runCommand(engine, session);
  return { code, err: session.complained.replaceAll(/time="[^"]*"/g, 'time=""'), engine };
}

/** As the engine would get it over HTTP. */
function received(config: unknown): Record<string, unknown> {
  return sorted(JSON.parse(JSON.stringify(config)) as Record<string, unknown>);
}

/** Docker's client keeps variables and binds in maps, whose order is left to chance. */
function sorted(config: Record<string, unknown>): Record<string, unknown> {
  const env = config['Env'] as string[] | null;
  return env ? { ...config, Env: [...env].sort() } : config;
}

function expected(body: NonNullable<Case['body']>): Record<string, unknown> {
  const { base } = recorded;
  return sorted({ ...base, ...body, HostConfig: { ...base.HostConfig, ...body.HostConfig } });
}

describe('docker create and run ask what Docker’s client asks', () => {
  test.each(recorded.cases.map((one) => [one.args.join(' '), one] as const))(
    '%s',
    async (_, { args, code, err = '', calls, body }) => {
      const ran = await run(args);
      expect({ code: ran.code, err: ran.err }).toEqual({ code, err });
      if (calls) expect(ran.engine.calls).toEqual(calls);
      expect(ran.engine.created.map(received)).toEqual(body ? [expected(body)] : []);
    },
  );
});
