import type { ContainerState, ContainerStatus, Health } from '../../protocol/engine-api.ts';
import type { Instant } from '../clock.ts';
import { formatTime, humanDuration } from '../time.ts';

/**
 * What a container is doing; plain data. As in Docker, running, paused and restarting do not exclude each other.
 * created -> running <-> paused -> exited -> removing; a failed start leaves everything but `error` and `exitCode`.
 */
export interface State {
  running: boolean;
  paused: boolean;
  restarting: boolean;
  removing: boolean;
  dead: boolean;
  oomKilled: boolean;
  pid: number;
  exitCode: number;
  error: string;
  startedAt: Instant | undefined;
  finishedAt: Instant | undefined;
  /** Of a container with a health check that has been started. */
  health: Health | undefined;
}

/** The state of a container that has never run. */
export function newState(): State {
  return {
    running: false,
    paused: false,
    restarting: false,
    removing: false,
    dead: false,
    oomKilled: false,
    pid: 0,
    exitCode: 0,
    error: '',
    startedAt: undefined,
    finishedAt: undefined,
    health: undefined,
  };
}

export function setRunning(state: State, pid: number, startedAt: Instant): void {
  Object.assign(state, newState(), {
    running: true,
    pid,
    startedAt,
    finishedAt: state.finishedAt,
    health: state.health,
  });
}

export function setStopped(state: State, exitCode: number, finishedAt: Instant): void {
  Object.assign(state, { running: false, paused: false, restarting: false, pid: 0, exitCode, finishedAt });
}

/** Docker takes a container that waits for its next start for running. */
export function setRestarting(state: State, exitCode: number, finishedAt: Instant): void {
  Object.assign(state, { running: true, paused: false, restarting: true, pid: 0, exitCode, finishedAt });
}

export function statusOf(state: State): ContainerStatus {
  if (state.running && state.paused) return 'paused';
  if (state.running && state.restarting) return 'restarting';
  if (state.running) return 'running';
  if (state.removing) return 'removing';
  if (state.dead) return 'dead';
  return state.startedAt === undefined ? 'created' : 'exited';
}

/** As `docker ps` words it. */
export function describe(state: State, now: Instant): string {
  const up = humanDuration(now - (state.startedAt ?? now));
  const ago = humanDuration(now - (state.finishedAt ?? now));
  switch (statusOf(state)) {
    case 'paused':
      return `Up ${up} (Paused)`;
    case 'restarting':
      return `Restarting (${state.exitCode}) ${ago} ago`;
    case 'running':
      return `Up ${up}${healthWords(state)}`;
    case 'removing':
      return 'Removal In Progress';
    case 'dead':
      return 'Dead';
    case 'created':
      return 'Created';
    default:
      return state.finishedAt === undefined ? '' : `Exited (${state.exitCode}) ${ago} ago`;
  }
}

function healthWords({ health }: State): string {
  if (health === undefined) return '';
  return health.Status === 'starting' ? ' (health: starting)' : ` (${health.Status})`;
}

export function inspectState(state: State): ContainerState {
  return {
    Status: statusOf(state),
    Running: state.running,
    Paused: state.paused,
    Restarting: state.restarting,
    OOMKilled: state.oomKilled,
    Dead: state.dead,
    Pid: state.pid,
    ExitCode: state.exitCode,
    Error: state.error,
    StartedAt: formatTime(state.startedAt),
    FinishedAt: formatTime(state.finishedAt),
    ...(state.health && { Health: state.health }),
  };
}
