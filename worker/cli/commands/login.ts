import type { AuthConfig } from '../../protocol/engine-api.ts';
import { ApiError } from '../../protocol/engine-api.ts';
import { atMost, command } from '../command-spec.ts';
import type { Call } from '../command-spec.ts';
import { indexServer, registryHost, storeCredentials, storedCredentials } from '../credentials.ts';
import { errorText, StatusError } from '../errors.ts';
import { bool, string } from '../flags/kinds.ts';
import { note } from '../note.ts';
import { Prompt, readAll } from '../prompt.ts';

const flags = {
  password: string('Password or Personal Access Token (PAT)', { short: 'p' }),
  'password-stdin': bool('Take the Password or Personal Access Token (PAT) from stdin'),
  username: string('Username', { short: 'u' }),
};

type LoginCall = Call<typeof flags>;

/** https://github.com/docker/cli/blob/v28.5.2/cli/command/registry/login.go */
export const login = command({
  usage: '[OPTIONS] [SERVER]',
  short: 'Authenticate to a registry',
  long: 'Authenticate to a registry.\nDefaults to Docker Hub if no server is specified.',
  args: atMost(1),
  flags,
  async run(call) {
    const { args, values, out } = call;
    const password = await checkOptions(call);
    const server = serverOf(args[0]);
    const isAsked = values.username === '' && password === '';
    const known = isAsked ? storedCredentials(call.config, server) : { serveraddress: server };
    const answer = (await loginAgain(call, known)) ?? (await loginAnew(call, known, password));
    if (answer !== '') await out.println(answer);
  },
});

function serverOf(name = ''): string {
  return name === '' || name === 'docker.io' || name === indexServer ? indexServer : registryHost(name);
}

/** Resolves with the password that was given; empty where there is none yet. */
async function checkOptions({ values, mentioned, session, err }: LoginCall): Promise<string> {
  if (mentioned.has('password') && values['password-stdin'])
    throw new StatusError(1, 'conflicting options: cannot specify both --password and --password-stdin');
  if (values['password-stdin'] && values.username === '')
    throw new StatusError(1, 'the --password-stdin option requires --username to be set');
  if (mentioned.has('username') && values.username === '') throw new StatusError(1, 'username is empty');
  if (mentioned.has('password') && values.password === '') throw new StatusError(1, 'password is empty');
  if (values.password !== '')
    await err.println('WARNING! Using --password via the CLI is insecure. Use --password-stdin.');
  if (!values['password-stdin']) return values.password;
  return (await readAll(session)).replace(/\n$/, '').replace(/\r$/, '');
}

/** With what is kept; undefined when nothing is, or when it is not good any more. */
async function loginAgain(call: LoginCall, known: AuthConfig): Promise<string | undefined> {
  const { session, err } = call;
  const { username, password, identitytoken } = known;
  if (!username || !(password || identitytoken)) return undefined;
  const hint = "To login with a different account, run 'docker logout' followed by 'docker login'";
  await err.print(`Authenticating with existing credentials... [Username: ${username}]\n`);
  await err.print(`${note(session, 'stderr', hint)}\n\n`);
  try {
    return await logIn(call, known);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    await err.print(
      error.status === 401
        ? 'Stored credentials invalid or expired\n'
        : `Login did not succeed, error: ${errorText(error)}\n`,
    );
    return undefined;
  }
}

async function loginAnew(call: LoginCall, known: AuthConfig, given: string): Promise<string> {
  const { session, values, out } = call;
  const isComplete = values.username !== '' && given !== '';
  if (!isComplete && !session.tty.stdin)
    throw new StatusError(1, 'Error: Cannot perform an interactive login from a non TTY device');
  const prompt = new Prompt(session, out);
  const username = values.username.trim() || (await askName(call, prompt, known));
  const password = given.trim() || (await askPassword(call, prompt, known));
  return logIn(call, { username, password, serveraddress: known.serveraddress ?? '' });
}

async function askName(
  { out }: LoginCall,
  prompt: Prompt,
  { username = '', serveraddress }: AuthConfig,
): Promise<string> {
  if (serveraddress === indexServer) await out.print(hubHint);
  const question = username === '' ? 'Username: ' : `Username (${username}): `;
  const name = (await prompt.line(question)) || username;
  if (name === '') throw new StatusError(1, 'Error: Non-null Username Required');
  return name;
}

async function askPassword(
  { session, err }: LoginCall,
  prompt: Prompt,
  { serveraddress }: AuthConfig,
): Promise<string> {
  if (serveraddress === indexServer) await err.print(note(session, 'stderr', tokenHint));
  const password = await prompt.secret('Password: ');
  if (password === '') throw new StatusError(1, 'Error: Password Required');
  return password;
}

const hubHint =
  'Log in with your Docker ID or email address to push and pull images from Docker Hub. ' +
  "If you don't have a Docker ID, head over to https://hub.docker.com/ to create one.\n";

const tokenHint =
  'A Personal Access Token (PAT) can be used instead.\n' +
  'To create a PAT, visit \x1b[4mhttps://app.docker.com/settings\x1b[0m\n\n';

/** A token that the registry gives in place of the password is kept in place of it. */
async function logIn(call: LoginCall, auth: AuthConfig): Promise<string> {
  const { Status, IdentityToken } = await call.engine.auth(auth);
  const { password: _, ...others } = auth;
  await storeCredentials(call, IdentityToken ? { ...others, identitytoken: IdentityToken } : auth);
  return Status;
}
