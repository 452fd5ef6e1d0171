import type { AgentFailure, Stdio, TerminalSize } from '../../../worker/protocol/agent.ts';
import { check, errno } from '../kernel/errors.ts';
import { close, closeOthers } from '../kernel/files.ts';
import { nr } from '../kernel/numbers.ts';
import { childSignals, kill, signal, unblockSignals } from '../kernel/signals.ts';
import type { LogFile } from '../log/log-file.ts';
import { type Loop, readable } from '../loop.ts';
import type { Streams } from '../streams.ts';
import { exit, fork } from './clone.ts';
import { openReport, readReport, sendFailure, sendTerminal } from './report.ts';
import { carry, dropPipes, tap, install, makePipes, type Pipes } from './stdio.ts';
import { openTerminal, takeTerminal } from './terminal.ts';

const WNOHANG = 1;

/** A process to start, and who wants to know what becomes of it. Exactly one of `started` and `failed` is called, then, after `started`, `exited`. */
export interface Launch {
  stdio: Stdio;
  /** Keeps what it writes. */
  log?: LogFile;
  namespaces?: number;
  /** Descriptor of the cgroup it begins in. */
  cgroup?: number;
  /** Descriptors of the agent that `become` needs; it has no others. */
  needs?: readonly number[];
  /** Runs in the child, which becomes another program in it or throws. */
  become(child: Child): never;
  started(pid: number): void;
  /** The child has ended without becoming another program; nothing is left of it. */
  failed(failure: AgentFailure): void;
  exited(code: number): void;
}

/** What a child has in hand while it prepares. */
export interface Child {
  /** Puts standard input, output and error in their places: the pipes, or a new terminal of the devpts instance of `ptmx`. */
  connect(ptmx: string): { slave: number } | undefined;
}

interface Running {
  launch: Launch;
  pid: number;
  report: number;
  /** The report is read to its end. */
  settled: boolean;
  failure: AgentFailure | undefined;
}

/** Starts processes and learns of their end. Reaps whatever else ends in the guest too, as PID 1 must. */
export class Processes {
  readonly #loop: Loop;
  readonly #streams: Streams;
  readonly #running = new Map<number, Running>();
  readonly #signals = childSignals();
  readonly #signalInfo = new Uint8Array(128 * 8);

  constructor(loop: Loop, streams: Streams) {
    this.#loop = loop;
    this.#streams = streams;
    loop.add(this.#signals, readable, () => this.#reap());
  }

  /** @returns the pid, which is known before anything is heard of the process */
  launch(launch: Launch): number {
    const { stdio } = launch;
    const pipes = 'tty' in stdio ? undefined : makePipes(stdio);
    const report = openReport();
    let pid: number;
    try {
      pid = fork(launch.namespaces, launch.cgroup);
    } catch (error) {
      close(report.agent);
      close(report.child);
      if (pipes) dropPipes(pipes);
      throw error;
    }
    if (pid === 0) live(launch, pipes, report.child);
    close(report.child);
    if (pipes) carry(pipes, this.#streams, launch.log);
    this.#follow({ launch, pid, report: report.agent, settled: false, failure: undefined });
    return pid;
  }

  /** Kills a process and waits for its end, which is told as any other. */
  end(pid: number): void {
    if (!this.#running.has(pid)) return;
    kill(pid, signal.KILL);
    const status = new Int32Array(1);
    check('wait', syscall(nr.wait4, pid, status, 0, null));
    this.#ended(pid, exitCode(status[0] ?? 0));
  }

  #follow(running: Running): void {
    this.#running.set(running.pid, running);
    this.#loop.add(running.report, readable, () => this.#hear(running));
  }

  #hear(running: Running): void {
    const report = readReport(running.report);
    if (report.kind === 'terminal') {
      if ('tty' in running.launch.stdio)
        this.#streams.open(running.launch.stdio.tty, report.fd, 'terminal', tap(running.launch.log, false));
      return;
    }
    running.settled = true;
    this.#loop.remove(running.report);
    close(running.report);
    if (report.kind === 'failed') running.failure = report.failure;
    else running.launch.started(running.pid);
  }

  #reap(): void {
    syscall(nr.read, this.#signals, this.#signalInfo, this.#signalInfo.length);
    const status = new Int32Array(1);
    for (;;) {
      const pid = syscall(nr.wait4, -1, status, WNOHANG, null);
      if (pid === 0 || pid === -errno.ECHILD) return;
      check('wait', pid);
      this.#ended(pid, exitCode(status[0] ?? 0));
    }
  }

  #ended(pid: number, code: number): void {
    const running = this.#running.get(pid);
    if (running === undefined) return;
    this.#running.delete(pid);
    // What the child has said before it ended may still be unread.
    while (!running.settled) this.#hear(running);
    if (running.failure === undefined) running.launch.exited(code);
    else {
      dropStreams(running.launch.stdio, this.#streams);
      running.launch.failed(running.failure);
    }
  }
}

/** 128 + the signal's number for a process that was killed, as shells and Docker have it. */
function exitCode(status: number): number {
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : 128 + signal;
}

function dropStreams(stdio: Stdio, streams: Streams): void {
  const ids = 'tty' in stdio ? [stdio.tty] : [stdio.stdin, stdio.stdout, stdio.stderr];
  for (const id of ids) if (id !== undefined) streams.drop(id);
}

/**
 * The child's life, from being a copy of the agent to being another program. It lets go of the agent's descriptors first:
 * a path of the container, such as a working directory /proc/self/fd/N, must not lead through one of them to the machine
 * (CVE-2024-21626).
 */
function live(launch: Launch, pipes: Pipes | undefined, report: number): never {
  try {
    closeOthers([report, ...(pipes?.child ?? []), ...(launch.needs ?? [])]);
    check('setsid', syscall(nr.setsid));
    unblockSignals();
    launch.become({ connect: (ptmx) => connect(launch.stdio, pipes, ptmx, report) });
  } catch (error) {
    sendFailure(report, error);
  }
  return exit(1);
}

function connect(
  stdio: Stdio,
  pipes: Pipes | undefined,
  ptmx: string,
  report: number,
): { slave: number } | undefined {
  if (pipes) {
    install(pipes.child);
    return undefined;
  }
  const { master, slave } = openTerminal(ptmx, sizeOf(stdio));
  sendTerminal(report, master);
  takeTerminal(slave);
  install([slave, slave, slave]);
  return { slave };
}

function sizeOf(stdio: Stdio): TerminalSize {
  return 'tty' in stdio ? stdio.size : { rows: 24, cols: 80 };
}
