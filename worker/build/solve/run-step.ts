import type { DiffId } from '../../oci/diffid.ts';
import { internal } from '../errors.ts';
import { lookUp } from '../files/lookup.ts';
import type { TreeNode } from '../files/tree.ts';
import type { RunMount } from '../instructions/mount.ts';
import { contentHash } from '../steps/contenthash.ts';
import { commandMounts } from '../steps/mounts.ts';
import { scriptDirectory } from '../steps/run-words.ts';
import type { CommandMount } from './backend.ts';
import { missing } from './copy-step.ts';
import type { Snapshot, Solver, StepWork } from './solver.ts';
import type { RunStep, StepMount } from './step.ts';

/** RUN: a command on top of the step before. */
export async function runStep(solver: Solver, step: RunStep, parent: Snapshot): Promise<StepWork> {
  const { backend, signal } = solver.parts;
  const secrets = await readSecrets(solver, step);
  return {
    async key() {
      const { args, env, directory, user, network, insecure, hostname, script } = step;
      const mounts = await Promise.all(step.mounts.map((mount) => mountKey(solver, mount)));
      const command = { args, env, directory, user, network, insecure, hostname, script, mounts };
      return ['run', parent.key, command];
    },
    async make(vertex) {
      const mounts = await commandMounts(step.mounts, {
        layers: (mount) => layersOf(solver, mount),
        secret: (id) => secrets.get(id),
      });
      const command = {
        layers: parent.layers.map(({ diffId }) => diffId),
        args: step.args,
        env: [...step.env, ...step.proxies, ...secretVariables(secrets, step)],
        directory: step.directory,
        user: step.user,
        mounts: [...mounts, ...scriptMount(step.script)],
        network: step.network,
        insecure: step.insecure,
        hostname: step.hostname,
        host: solver.parts.host,
      };
      const result = await failing(step.args, () =>
        backend.run(command, (stream, bytes) => vertex.log(stream, bytes), signal),
      );
      if (result.layer === undefined) throw incomplete(step.args, `exit code: ${result.code}`);
      return result.layer;
    },
  };
}

async function failing<T>(args: readonly string[], operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof DOMException) throw error;
    throw incomplete(args, error instanceof Error ? error.message : String(error));
  }
}

function incomplete(args: readonly string[], why: string): Error {
  return internal(`process ${JSON.stringify(args.join(' '))} did not complete successfully: ${why}`);
}

/** Those that the command is given, by ID. @throws one that it must have and that there is not */
async function readSecrets({ parts }: Solver, { mounts }: RunStep): Promise<Map<string, Uint8Array>> {
  const secrets = new Map<string, Uint8Array>();
  for (const { type, id, required } of mounts) {
    if (type === 'ssh' && required) throw internal(`unset ssh forward key ${id || 'default'}`);
    if (type !== 'secret') continue;
    const bytes = secrets.get(id) ?? (await parts.secret(id));
    if (bytes !== undefined) secrets.set(id, bytes);
    else if (required) throw internal(`secret ${id}: not found`);
  }
  return secrets;
}

/** What a secret says is no part of it, and neither is what a cache holds. */
async function mountKey(solver: Solver, mount: StepMount): Promise<unknown> {
  const { type, target, readonly, id, sharing, size, mode, uid, gid, env, source } = mount;
  const about = { type, target, readonly, id, sharing, size, mode, uid, gid, env };
  if (mount.step === undefined) return about;
  if (type === 'cache') return { ...about, source, from: (await solver.solve(mount.step)).key };
  return {
    ...about,
    content: await contentHash('', requireMountSource(await solver.tree(mount.step), mount)),
  };
}

/** What is mounted; fails when it is not there. */
export function requireMountSource(root: TreeNode, { source }: RunMount): TreeNode {
  const { node } = lookUp(root, source);
  if (node === undefined) throw missing(source.replace(/^\/+/, ''));
  return node;
}

async function layersOf(solver: Solver, { step }: StepMount): Promise<DiffId[]> {
  return step === undefined ? [] : (await solver.solve(step)).layers.map(({ diffId }) => diffId);
}

function secretVariables(secrets: ReadonlyMap<string, Uint8Array>, { mounts }: RunStep): string[] {
  return mounts.flatMap(({ type, env, id }) => {
    const bytes = type === 'secret' && env !== undefined ? secrets.get(id) : undefined;
    return bytes === undefined ? [] : [`${env}=${new TextDecoder().decode(bytes)}`];
  });
}

/** The file that is the command. */
export function scriptMount(script: RunStep['script']): CommandMount[] {
  if (script === undefined) return [];
  const bytes = new TextEncoder().encode(script.text);
  const source = { kind: 'file', bytes, mode: 0o755, uid: 0, gid: 0 } as const;
  return [{ target: `${scriptDirectory}/${script.name}`, readonly: true, source }];
}
