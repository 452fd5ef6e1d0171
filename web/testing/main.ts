import { expose, transfer } from 'comlink';
import type { MachineApi, MachineStatus } from '../../worker/protocol/page.ts';
import { serveEngine } from '../../worker/remote/engine.ts';
import { engineDouble } from './engine-double.ts';
import { workDouble } from './work-double.ts';
import { EchoShell } from './echo-shell.ts';

/**
 * A machine of the tests' own. The page's query says what it plays: `?play=fetching` stays at that phase, `failed`
 * rejects the boot, `slow` goes on when it is told to on the channel `double`; without it the machine is ready at once.
 */
const play = new URLSearchParams(self.name).get('play') ?? 'ready';
const never = new Promise<never>(() => {});

const shells = new Map<number, EchoShell>();
let opened = 0;

const stuckAt: Record<string, MachineStatus> = {
  fetching: { phase: 'fetching', received: 3_100_000, total: 6_200_000 },
  restoring: { phase: 'restoring' },
  booting: { phase: 'booting', reason: 'the saved machine is of another version' },
};

const later: Record<string, MachineStatus> = {
  pulling: { phase: 'pulling', image: 'busybox:latest', received: 1_200_000, total: 2_100_000 },
  broken: { phase: 'failed', message: 'The machine has stopped answering.' },
};

async function boot(onStatus: (status: MachineStatus) => void): Promise<void> {
  const stuck = stuckAt[play];
  if (stuck) {
    onStatus(stuck);
    await never;
  }
  if (play === 'failed') throw new Error('The machine could not be fetched: 404 Not Found.');
  if (play === 'slow') await fetchUntilTold(onStatus);
  onStatus({ phase: 'ready', seconds: 0.62, cold: play === 'cold' });
  const then = later[play];
  if (then) setTimeout(() => onStatus(then), 300);
}

/** Stays there until it is told to go on. */
async function fetchUntilTold(onStatus: (status: MachineStatus) => void): Promise<void> {
  const channel = new BroadcastChannel('double');
  const told = new Promise((goOn) => channel.addEventListener('message', goOn));
  onStatus({ phase: 'fetching', received: 3_100_000, total: 6_200_000 });
  await told;
  channel.close();
}

const machine: MachineApi = {
  boot: (_, onStatus) => boot(onStatus),
  openTerminal: async (size, onOutput, onExit) => {
    opened += 1;
    shells.set(opened, new EchoShell(size, onOutput, onExit));
    return opened;
  },
  write: (terminal, bytes) => shells.get(terminal)?.input(bytes),
  resize: (terminal, size) => shells.get(terminal)?.resize(size),
  closeTerminal: (terminal) => void shells.delete(terminal),
  openEngine: () => {
    const { port1, port2 } = new MessageChannel();
    serveEngine(engineDouble(play), port1);
    return transfer(port2, [port2]);
  },
  storage: async () => ({ usage: 39_400_000, quota: 60_000_000_000, persisted: false }),
  openWork: () => {
    const { port1, port2 } = new MessageChannel();
    expose(workDouble(play), port1);
    return transfer(port2, [port2]);
  },
  wipe: async () => {
    if (play === 'unwipeable') throw new Error('The store is open in another tab.');
    await new Promise((wiped) => setTimeout(wiped, 50));
  },
};

expose(machine);
