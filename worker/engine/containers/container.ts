import type { DiffId } from '../../oci/diffid.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Instant } from '../clock.ts';
import type { ContainerId } from '../ids.ts';
import { Fanout } from '../io/fanout.ts';
import { Input } from '../io/input.ts';
import { Lock } from '../lock.ts';
import type { Attachment, Sandbox } from '../networks/sandbox.ts';
import type { ContainerMount } from '../volumes/mountpoint.ts';
import type { FullConfig } from './config.ts';
import type { FullHostConfig } from './hostconfig.ts';
import type { RestartMemory } from './restartpolicy.ts';
import type { State } from './state.ts';
import { newState } from './state.ts';
import { Waiters } from './waiters.ts';

/** What a container is: plain data that could be stored and read back. */
interface ContainerRecord {
  readonly id: ContainerId;
  /** Without Docker's slash in front. */
  name: string;
  readonly created: Instant;
  readonly path: string;
  readonly args: readonly string[];
  readonly imageId: Digest;
  readonly layers: readonly DiffId[];
  readonly config: FullConfig;
  /** Its limits and its restart policy can be changed. */
  readonly hostConfig: FullHostConfig;
  /** By the network's name. */
  readonly networks: Record<string, Attachment>;
  /** What was found to be mounted in it when it was made. */
  readonly mounts: readonly ContainerMount[];
  readonly state: State;
  restartCount: number;
  /** Whether the guest holds a writable layer for it. */
  hasSnapshot: boolean;
}

export type NewContainer = Omit<ContainerRecord, 'state' | 'restartCount' | 'hasSnapshot'>;

/** A container, with what belongs to it only while the engine runs. */
export interface Container extends ContainerRecord {
  readonly lock: Lock;
  /** Pausing and unpausing. Not `lock`, which a reader of the container's files holds for as long as it takes. */
  readonly freezer: Lock;
  readonly waiters: Waiters;
  readonly input: Input;
  /** Of the next or the current run; every run has its own. */
  output: Fanout;
  readonly execs: Set<string>;
  readonly restart: RestartMemory;
  /** Somebody has sent a signal in the current run: `unless-stopped` starts no other one. */
  stoppedByUser: boolean;
  /** Somebody has asked for the end of the current run: no policy starts the next one. */
  restartCancelled: boolean;
  /** Its variables about those it is linked to, in the current run. */
  linkEnv: readonly string[];
  /** Its places on networks during the current run. */
  sandbox: Sandbox | undefined;
  /** It is stopped only to be started again: nothing of it goes away in between. */
  restartedByUser: boolean;
  /** The stream of the current run's terminal. */
  terminal: number | undefined;
  /** Ends the wait for the next start. */
  cancelRestart: (() => void) | undefined;
}

export function newContainer(record: NewContainer): Container {
  return {
    ...record,
    state: newState(),
    restartCount: 0,
    hasSnapshot: false,
    lock: new Lock(),
    freezer: new Lock(),
    waiters: new Waiters(),
    input: new Input(),
    output: new Fanout(),
    execs: new Set(),
    restart: { delay: 0, failures: 0 },
    stoppedByUser: false,
    restartCancelled: false,
    sandbox: undefined,
    restartedByUser: false,
    linkEnv: [],
    terminal: undefined,
    cancelRestart: undefined,
  };
}
