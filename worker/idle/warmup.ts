import { baseLayerName } from '../engine/baselayer.ts';
import type { Activity } from './activity.ts';
import type { ContainerSpec } from '../protocol/agent.ts';
import type { Agent } from '../protocol/agent-client.ts';

/** Containers to start and throw away; after as many v86 has compiled what it takes to start one. */
const rounds = 16;
/** Milliseconds without anybody at work before the next one. */
const quiet = 400;

/**
 * Starts containers that nobody sees while the user is not typing: v86 compiles the guest's code only when it has run
 * often, and a saved state holds none of what was compiled, so without this the user's first commands would be the slow
 * ones (ARCHITECTURE.md, "Decisions"). One round takes a fraction of a second and stops for nothing once it has begun.
 */
export async function warmUp(agent: Agent, activity: Activity): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await activity.quiet(quiet);
    await startOne(agent, round);
  }
}

async function startOne(agent: Agent, round: number): Promise<void> {
  const [stdout, stderr] = [agent.openStream(), agent.openStream()];
  const process = agent.newProcess();
  const exited = new Promise<void>((resolve) => {
    const forget = agent.on('exited', (event) => {
      if (event.process !== process) return;
      forget();
      resolve();
    });
  });
  await agent.call('start', specOf(round, process, stdout.id, stderr.id));
  await exited;
  for (const stream of [stdout, stderr]) stream.reset();
}

/** Nothing of an image: the machine's own programs, on the base layer. */
function specOf(round: number, process: number, stdout: number, stderr: number): ContainerSpec {
  return {
    id: `warm-up-${round}`,
    hostname: 'warm-up',
    layers: [baseLayerName],
    readonlyRootfs: false,
    process: {
      process,
      args: ['true'],
      env: ['PATH=/usr/bin:/bin'],
      cwd: '/',
      user: '',
      capabilities: [0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31],
      seccomp: 'default',
      stdio: { stdout, stderr },
    },
    mounts: [{ destination: '/bin', type: 'bind', source: '/bin', options: ['rbind', 'ro'] }],
    files: { hostname: 'warm-up\n', hosts: '', resolvConf: '' },
    resources: {},
    privileged: false,
    init: false,
    shmSize: 64 * 1024 * 1024,
    network: 'own',
    autoRemove: true,
  };
}
