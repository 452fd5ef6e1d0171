import type {
  AgentFailure,
  ContainerSpec,
  DeviceRule,
  ExecParams,
  ExitedEvent,
  FiletreeParams,
  PrepareParams,
  ProcessSpec,
  Resources,
  SignalParams,
  StartedResult,
} from '../../../worker/protocol/agent.ts';
import { check, RequestError } from '../kernel/errors.ts';
import { close, flags, open } from '../kernel/files.ts';
import { nr } from '../kernel/numbers.ts';
import { kill, signal } from '../kernel/signals.ts';
import type { Logs } from '../log/logs.ts';
import { namespace } from '../process/clone.ts';
import type { Processes } from '../process/processes.ts';
import type { Launch } from '../process/processes.ts';
import { becomeContainer, becomeFurther, type Start } from './become.ts';
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
import { askedDevices } from './devices.ts';
import { becomeFiletree, prepareFiletree } from './filetree.ts';
import { cgroupPath } from './paths.ts';
import { Proxies } from './proxy.ts';
import { privilegesOf, restrictDevices } from './privileges.ts';
import { networkSockets, plugInSpare } from './network.ts';
import { closeNamespaces, joinedPids, namespaceDescriptors, openNamespaces } from './namespaces.ts';
import { rootTree } from './rootfs.ts';
import { createSnapshot, removeSnapshot, writeFiles } from './snapshot.ts';
import { identify } from './users.ts';
import { VolumeMounts } from './volumemounts.ts';
import { fillRoot, makeVolumes } from './volumes.ts';

/** All that a further process joins after it has come to be, which is all but the process namespace. */
const joined = namespace.NEWNS | namespace.NEWUTS | namespace.NEWIPC | namespace.NEWNET | namespace.NEWCGROUP;

/** A container whose first process runs. One that has ended is a directory on the data disk and nothing else. */
interface Running {
  pid: number;
  /** Nothing is to be left of it when it has ended. */
  autoRemove: boolean;
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
  readonly #logs: Logs;
  readonly #exited: (event: ExitedEvent) => void;
  readonly #running = new Map<string, Running>();
  /**
   * Mounts of containers that leave nothing, kept until nothing of them is left: what is unmounted then is not written
   * to the disk first.
   */
  readonly #roots = new Map<string, number>();
  readonly #proxies: Proxies;
  readonly #volumes = new VolumeMounts();
  readonly #ownPids = open('/proc/self/ns/pid', flags.O_RDONLY);

  constructor(processes: Processes, logs: Logs, exited: (event: ExitedEvent) => void) {
    this.#processes = processes;
    this.#logs = logs;
    this.#exited = exited;
    this.#proxies = new Proxies(processes);
  }

  start(spec: ContainerSpec, answer: Answer<StartedResult>): void {
    if (this.#running.has(spec.id)) throw new RequestError('EBUSY', 'start', 'container is already running');
    const devices = askedDevices(spec.deviceNodes ?? []);
    const namespaces = openNamespaces(spec, (id) => this.#get(id).pid);
    try {
      if (namespaces.spare) plugInSpare(spec, namespaces.spare);
      createSnapshot(spec.id);
      if (spec.files !== 'none' && !('container' in spec.files)) writeFiles(spec.id, spec.files);
      const rules = [...(spec.devices ?? []), ...devices.rules];
      const root = rootTree(spec.id, spec.layers);
      this.#roots.set(spec.id, root);
      const start = {
        privileges: privilegesOf(spec.process.capabilities),
        namespaces,
        devices: devices.nodes,
        root,
      };
      this.#volumes.take(spec.id, spec.mounts);
      this.#proxies.start(spec);
      this.#inCgroup(spec, rules, (cgroup) => this.#launch(spec, start, cgroup, answer));
      if (!spec.autoRemove) this.#dropRoot(spec.id);
    } catch (error) {
      this.#dropRoot(spec.id);
      throw error;
    } finally {
      closeNamespaces(namespaces);
    }
  }

  #inCgroup(spec: ContainerSpec, rules: readonly DeviceRule[], launch: (cgroup: number) => void): void {
    const cgroup = createCgroup(spec.id, spec.resources, spec.cgroupParent);
    try {
      restrictDevices(cgroup, rules, spec.privileged);
      launch(cgroup);
    } catch (error) {
      this.#proxies.stop(spec.id);
      this.#volumes.release(spec.id);
      removeCgroup(spec.id);
      throw error;
    } finally {
      close(cgroup);
    }
  }

  #launch(spec: ContainerSpec, start: Start, cgroup: number, answer: Answer<StartedResult>): void {
    const { namespaces } = start;
    this.#inPids(joinedPids(namespaces), {
      stdio: spec.process.stdio,
      ...(spec.log && { log: this.#logs.begin(spec.id, spec.log) }),
      namespaces: namespaces.made,
      cgroup,
      needs: [start.root, ...networkSockets(spec), ...namespaceDescriptors(namespaces)],
      become: (child) => becomeContainer(spec, start, child),
      started: (pid) => {
        this.#running.set(spec.id, { pid, autoRemove: spec.autoRemove, further: new Map() });
        answer.result({ pid });
      },
      failed: (failure) => {
        this.#volumes.release(spec.id);
        this.#proxies.stop(spec.id);
        removeCgroup(spec.id);
        this.#dropRoot(spec.id);
        answer.failure(failure);
      },
      exited: (code) => this.#ended(spec, code),
    });
  }

  /** The first process has ended, and with its process namespace everything in it. */
  #dropRoot(id: string): void {
    const root = this.#roots.get(id);
    if (root !== undefined) close(root);
    this.#roots.delete(id);
  }

  #ended(spec: ContainerSpec, code: number): void {
    const killedForMemory = oomKilled(spec.id);
    const autoRemove = this.#running.get(spec.id)?.autoRemove;
    this.#running.delete(spec.id);
    try {
      this.#proxies.stop(spec.id);
      removeCgroup(spec.id);
      this.#volumes.release(spec.id);
      if (autoRemove) removeSnapshot(spec.id);
    } finally {
      this.#dropRoot(spec.id);
      this.#exited({ process: spec.process.process, code, oomKilled: killedForMemory });
    }
  }

  /** Throws when there is no such user or group in the container. */
  findUser({ id, user }: { id: string; user: string }): void {
    const { pid } = this.#get(id);
    const root = open(`/proc/${pid}/root`, flags.O_PATH | flags.O_DIRECTORY);
    try {
      identify(user, [], root);
    } finally {
      close(root);
    }
  }

  exec(params: ExecParams, answer: Answer<StartedResult>): void {
    const running = this.#get(params.id);
    const cgroup = open(cgroupPath(params.id), flags.O_RDONLY | flags.O_DIRECTORY);
    const target = check('pidfd_open', syscall(nr.pidfd_open, running.pid, 0));
    try {
      this.#launchFurther(running, params, target, cgroup, answer);
    } finally {
      close(target);
      close(cgroup);
    }
  }

  /** Launches in the process namespace of another process, if there is one. */
  #inPids(target: number | undefined, launch: Launch): void {
    if (target === undefined) {
      this.#processes.launch(launch);
      return;
    }
    check('setns', syscall(nr.setns, target, namespace.NEWPID));
    try {
      this.#processes.launch(launch);
    } finally {
      check('setns', syscall(nr.setns, this.#ownPids, namespace.NEWPID));
    }
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
    this.#inPids(target, {
      stdio: process.stdio,
      cgroup,
      needs: [target],
      become: (child) => {
        check('setns', syscall(nr.setns, target, joined));
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

  update(id: string, resources: Resources, autoRemove?: boolean): void {
    const running = this.#get(id);
    limit(id, resources);
    if (autoRemove !== undefined) running.autoRemove = autoRemove;
  }

  /** Answers when the volumes are filled, which another process sees to. */
  prepare(params: PrepareParams, answer: Answer<null>): void {
    const empty = makeVolumes(params.volumes);
    if (params.workingDirectory) createSnapshot(params.workingDirectory.container);
    else if (empty.length === 0) return answer.result(null);
    this.#processes.launch({
      stdio: {},
      namespaces: namespace.NEWNS,
      become: () => fillRoot(params, empty),
      started: () => undefined,
      failed: (failure) => answer.failure(failure),
      exited: () => answer.result(null),
    });
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
