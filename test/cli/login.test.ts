/** What is asked and shown at a terminal, as recorded with Docker's client 28. */
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../worker/cli/command.ts';
import type * as api from '../../worker/protocol/engine-api.ts';
import { ApiError } from '../../worker/protocol/engine-api.ts';
import { FakeEngine } from './fake-engine.ts';
import { FakeSession } from './fake-session.ts';

/** A registry that knows one user. */
class LoginEngine extends FakeEngine {
  readonly asked: api.AuthConfig[] = [];
  identityToken = '';

  override async auth(config: api.AuthConfig = {}): Promise<api.AuthResult> {
    this.asked.push(config);
    if (config.password !== 'bottle' && config.identitytoken !== 'T')
      throw new ApiError(500, 'login attempt to http://reg.example/v2/ failed with status: 401 Unauthorized');
    return { Status: 'Login Succeeded', IdentityToken: this.identityToken };
  }
}

const path = '/root/.docker/config.json';
const stored =
  "\nWARNING! Your credentials are stored unencrypted in '/root/.docker/config.json'.\n" +
  'Configure a credential helper to remove this warning. See\n' +
  'https://docs.docker.com/go/credential-store/\n\n';

async function run(line: string, keys: string, options: { file?: string; engine?: LoginEngine } = {}) {
  const session = new FakeSession(line.split(' '), true);
  const engine = options.engine ?? new LoginEngine();
  if (options.file !== undefined) session.fileTexts[path] = options.file;
  session.type(keys);
  session.keys.end();
  const code = await runCommand(engine, session);
  return {
    code,
    out: session.printed,
    err: session.complained,
    file: session.fileTexts[path],
    raw: session.raw,
    asked: engine.asked,
  };
}

describe('docker login at a terminal', () => {
  test('asks for both, shows no password, and keeps them', async () => {
    const seen = await run('login reg.example', 'captain\nbottle\r');
    expect(seen).toMatchObject({
      code: 0,
      out: 'Username: Password: \nLogin Succeeded\n',
      err: stored,
      raw: [true, false],
      file: '{\n\t"auths": {\n\t\t"reg.example": {\n\t\t\t"auth": "Y2FwdGFpbjpib3R0bGU="\n\t\t}\n\t}\n}',
    });
    expect(seen.asked).toEqual([{ username: 'captain', password: 'bottle', serveraddress: 'reg.example' }]);
  });

  test.each(['{"credsStore":"vault"}', '{"credHelpers":{"reg.example":"vault"}}'])(
    'a program that should keep them is not there: %s',
    async (file) => {
      const seen = await run('login reg.example', 'captain\nbottle\r', { file });
      expect(seen).toMatchObject({ code: 1, out: 'Username: Password: \n', file });
      expect(seen.err).toBe(
        'Error saving credentials: error storing credentials - err: exec: "docker-credential-vault": executable file not found in $PATH, out: ``\n',
      );
    },
  );

  test('keys edit what is typed unseen', async () => {
    const { code } = await run('login -u captain reg.example', 'nonsense\x15boxx\x7f\x7fttle\r');
    expect(code).toBe(0);
  });

  test.each([
    ['login reg.example', '\n', 1, 'Username: ', 'Error: Non-null Username Required\n'],
    ['login reg.example', 'captain\n\r', 1, 'Username: Password: \n', 'Error: Password Required\n'],
    ['login -u captain reg.example', '\x03', 0, 'Password: \n', ''],
    [
      'login -u captain reg.example',
      'wrong\r',
      1,
      'Password: \n',
      'Error response from daemon: login attempt to http://reg.example/v2/ failed with status: 401 Unauthorized\n',
    ],
  ])('docker %s, %j', async (line, keys, code, out, err) => {
    expect(await run(line, keys)).toMatchObject({ code, out, err, file: undefined });
  });

  test('speaks of tokens where Docker Hub is meant', async () => {
    const { err, asked } = await run('login -u captain', 'bottle\r');
    expect(asked[0]?.serveraddress).toBe('https://index.docker.io/v1/');
    expect(err).toContain(
      '\n\x1b[1m\x1b[106m\x1b[30mi\x1b[0m\x1b[0m \x1b[96mInfo → \x1b[0m\x1b[0m\x1b[3mA Personal Access Token (PAT) can be used instead.\x1b[0m\n' +
        '         \x1b[3mTo create a PAT, visit \x1b[4mhttps://app.docker.com/settings\x1b[0m\x1b[0m\n' +
        '         \x1b[3m\x1b[0m\n         \x1b[3m\x1b[0m\n',
    );
  });

  test('takes what is kept', async () => {
    const file = '{"auths":{"https://reg.example/v1/":{"auth":"Y2FwdGFpbjpib3R0bGU="}},"psFormat":"x"}';
    const { code, out, err, asked } = await run('login reg.example', '', { file });
    expect([code, out]).toEqual([0, 'Login Succeeded\n']);
    expect(err).toContain(
      'Authenticating with existing credentials... [Username: captain]\n\n\x1b[1m\x1b[106m\x1b[30mi',
    );
    expect(asked).toHaveLength(1);
  });

  test('asks again when what is kept is not good any more', async () => {
    const file = '{"auths":{"reg.example":{"auth":"Y2FwdGFpbjpvbGQ="}}}';
    const { code, out } = await run('login reg.example', '\nbottle\r', { file });
    expect([code, out]).toEqual([0, 'Username (captain): Password: \nLogin Succeeded\n']);
  });

  test('keeps a token in place of the password, and everything else of the file', async () => {
    const engine = new LoginEngine();
    engine.identityToken = 'T';
    const file = '{"psFormat": "x", "auths": {"z.example": {"auth": "YTpi"}}}';
    const seen = await run('login reg.example', 'captain\nbottle\r', { engine, file });
    expect(JSON.parse(String(seen.file))).toEqual({
      auths: { 'reg.example': { auth: 'Y2FwdGFpbjo=', identitytoken: 'T' }, 'z.example': { auth: 'YTpi' } },
      psFormat: 'x',
    });
    const again = await run('login reg.example', '', { engine, file: String(seen.file) });
    expect(again.asked.at(-1)).toMatchObject({ username: 'captain', identitytoken: 'T' });
  });

  test('is forgotten again', async () => {
    const file =
      '{"auths":{"reg.example":{"auth":"YTpi"},"http://reg.example":{"auth":"YTpi"}},"detachKeys":"a"}';
    const { out, file: left } = await run('logout reg.example', '', { file });
    expect(out).toBe('Removing login credentials for reg.example\n');
    expect(JSON.parse(String(left))).toEqual({ auths: {}, detachKeys: 'a' });
  });
});

test('credentials go with requests about the registry they are for, and with no other', async () => {
  const file = '{"auths":{"reg.example":{"auth":"Y2FwdGFpbjpib3R0bGU="}}}';
  const seen: unknown[] = [];
  class PullEngine extends LoginEngine {
    override imageCreate(options: api.PullOptions): ReturnType<FakeEngine['imageCreate']> {
      seen.push(options.auth);
      return super.imageCreate(options);
    }
  }
  for (const name of ['reg.example/a', 'other.example/a', 'a'])
    await run(`pull ${name}`, '', { file, engine: new PullEngine() });
  expect(seen).toEqual([
    { username: 'captain', password: 'bottle', serveraddress: 'reg.example' },
    undefined,
    undefined,
  ]);
});
