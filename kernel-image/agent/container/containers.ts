import type {
  AgentFailure,
  ContainerSpec,
  ExecParams,
  ExitedEvent,
  FiletreeParams,
  ProcessSpec,
  Resources,
  SignalParams,
  StartedResult,
} from '../../../worker/protocol/agent.ts';
import { check, RequestError } from '../kernel/errors.ts';
import { close, flags, open } from '../kernel/files.ts';
import { nr } from '../kernel/numbers.ts';
import { kill, signal } from '../kernel/signals.ts';
import { namespace } from '../process/clone.ts';
import type { Processes } from '../process/processes.ts';
import { becomeContainer, becomeFurther } from './become.ts';
import {
  createCgroup,
  freeze,
  killAll,
  limit,
  oomKilled,
  processesIn,
  removeCgroup,
  sendToAll,
} from './cgroup.ts';
import { becomeFiletree, prepareFiletree } from './filetree.ts';
import { cgroupPath } from './paths.ts';
import { privilegesOf, restrictDevices } from './privileges.ts';
import { networkSockets } from './network.ts';
import { createSnapshot, removeSnapshot, writeFiles } from './snapshot.ts';

const own = namespace.NEWNS | namespace.NEWPID | namespace.NEWUTS | namespace.NEWIPC;
const joined = own | namespace.NEWNET | namespace.NEWCGROUP;

/** A container whose first process runs. One that has ended is a directory on the data disk and nothing else. */
interface Running {
  pid: number;
  /** Pids of further processes, by their number. */
  further: Map<number, number>;
}

/** How a call is answered, once. */
export interface Answer<T> {
  result(value: T): void;
  failure(failure: AgentFailure): void;
}

export class Containers {
  readonly #processes: Processes;
  readonly #exited: (event: ExitedEvent) => void;
  readonly #running = new Map<string, Running>();
  readonly #ownPids = open('/proc/self/ns/pid', flags.O_RDONLY);

  constructor(processes: Processes, exited: (event: ExitedEvent) => void) {
    this.#processes = processes;
    this.#exited = exited;
  }

  start(spec: ContainerSpec, answer: Answer<StartedResult>): void {
    if (this.#running.has(spec.id)) throw new RequestError('EBUSY', 'start', 'container is already running');
    createSnapshot(spec.id);
    writeFiles(spec.id, spec.files);
    const cgroup = createCgroup(spec.id, spec.resources);
    try {
      restrictDevices(cgroup, spec.devices ?? [], spec.privileged);
      this.#launch(spec, cgroup, answer);
    } finally {
      close(cgroup);
    }
  }

  #launch(spec: ContainerSpec, cgroup: number, answer: Answer<StartedResult>): void {
    const privileges = privilegesOf(spec.process.capabilities);
    this.#processes.launch({
      stdio: spec.process.stdio,
      namespaces: own | (spec.network === 'own' ? namespace.NEWNET : 0),
      cgroup,
      needs: networkSockets(spec),
      become: (child) => becomeContainer(spec, privileges, child),
      started: (pid) => {
        this.#running.set(spec.id, { pid, further: new Map() });
        answer.result({ pid });
      },
      failed: (failure) => {
        removeCgroup(spec.id);
        answer.failure(failure);
      },
      exited: (code) => this.#ended(spec, code),
    });
  }

  /** The first process has ended, and with its process namespace everything in it. */
  #ended(spec: ContainerSpec, code: number): void {
    const killedForMemory = oomKilled(spec.id);
    this.#running.delete(spec.id);
    removeCgroup(spec.id);
    if (spec.autoRemove) removeSnapshot(spec.id);
    this.#exited({ process: spec.process.process, code, oomKilled: killedForMemory });
  }

  exec(params: ExecParams, answer: Answer<StartedResult>): void {
    const running = this.#get(params.id);
    const cgroup = open(cgroupPath(params.id), flags.O_RDONLY | flags.O_DIRECTORY);
    const target = check('pidfd_open', syscall(nr.pidfd_open, running.pid, 0));
    try {
      this.#joinPids(target);
      this.#launchFurther(running, params, target, cgroup, answer);
    } finally {
      check('setns', syscall(nr.setns, this.#ownPids, namespace.NEWPID));
      close(target);
      close(cgroup);
    }
  }

  /** Children that are started from now on are in the container's process namespace. */
  #joinPids(target: number): void {
    check('setns', syscall(nr.setns, target, namespace.NEWPID));
  }

  #launchFurther(
    running: Running,
    process: ProcessSpec,
    target: number,
    cgroup: number,
    answer: Answer<StartedResult>,
  ): void {
    const number = process.process;
    const privileges = privilegesOf(process.capabilities);
    this.#processes.launch({
      stdio: process.stdio,
      cgroup,
      needs: [target],
      become: (child) => {
        check('setns', syscall(nr.setns, target, joined & ~namespace.NEWPID));
        return becomeFurther(process, privileges, child);
      },
      started: (pid) => {
        running.further.set(number, pid);
        answer.result({ pid });
      },
      failed: (failure) => answer.failure(failure),
      exited: (code) => {
        running.further.delete(number);
        this.#exited({ process: number, code, oomKilled: false });
      },
    });
  }

  /** The program that reads and makes files runs beside containers, in none of their namespaces but for a root of its own. */
  filetree(params: FiletreeParams, answer: Answer<StartedResult>): void {
    const { root, process } = params;
    const running = 'container' in root ? this.#running.get(root.container) : undefined;
    prepareFiletree(root);
    this.#processes.launch({
      stdio: params.stdio,
      namespaces: namespace.NEWNS,
      become: (child) => becomeFiletree(params, running?.pid, child),
      started: (pid) => answer.result({ pid }),
      failed: (failure) => answer.failure(failure),
      exited: (code) => this.#exited({ process, code, oomKilled: false }),
    });
  }

  signal(params: SignalParams): void {
    const running = this.#get(params.id);
    if (params.all) return sendToAll(params.id, params.signal);
    const pid = params.process === undefined ? running.pid : running.further.get(params.process);
    if (pid === undefined || !kill(pid, params.signal))
      throw new RequestError('ESRCH', 'signal', 'no such process');
  }

  pause(id: string, frozen: boolean): void {
    this.#get(id);
    freeze(id, frozen);
  }

  /** Their pids in the machine's namespace. */
  processes(id: string): number[] {
    this.#get(id);
    return processesIn(id);
  }

  update(id: string, resources: Resources): void {
    this.#get(id);
    limit(id, resources);
  }

  /** Of a container that runs, everything is killed; what it has is removed when it has ended. */
  remove(id: string, answer: Answer<null>): void {
    const running = this.#running.get(id);
    if (running !== undefined) {
      killAll(id);
      kill(running.pid, signal.KILL);
      throw new RequestError('EBUSY', 'remove', 'container is running');
    }
    removeSnapshot(id);
    answer.result(null);
  }

  #get(id: string): Running {
    const running = this.#running.get(id);
    if (running === undefined) throw new RequestError('ESRCH', 'container', `container ${id} is not running`);
    return running;
  }
}
