import { StatusError } from '../errors.ts';
import { absolutePath } from '../path.ts';
import type { ClientSession } from '../session.ts';

/** Looks at what `--ssh` names as buildx does. What is good is refused all the same: no agent is reached from a build here. */
export async function refuseSsh(session: ClientSession, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    const cut = text.indexOf('=');
    const [id, paths] = cut < 0 ? [text, []] : [text.slice(0, cut), text.slice(cut + 1).split(',')];
    const about = `failed to convert agent config {${id} [${paths.join(' ')}] false}: `;
    const problem = await problemOf(session, id, paths);
    if (problem !== undefined) throw new StatusError(1, `ERROR: failed to build: ${about}${problem}`);
  }
  if (texts.length > 0)
    throw new StatusError(
      125,
      'docker: --ssh: SSH agents in builds are not available yet in this version of Bottleship\n\n' +
        "Run 'docker buildx build --help' for more information",
    );
}

async function problemOf(
  { env, files, cwd }: ClientSession,
  id: string,
  paths: readonly string[],
): Promise<string | undefined> {
  if (paths.length === 0 && !env.get('SSH_AUTH_SOCK'))
    return 'invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set';
  for (const path of paths) {
    if (await files.exists(absolutePath(path, cwd))) continue;
    return `failed to convert agent config for ID: ${JSON.stringify(id)}: stat ${path}: no such file or directory`;
  }
  return undefined;
}
