import type { ContainerSpec, PublishSpec } from '../../../worker/protocol/agent.ts';
import { check } from '../kernel/errors.ts';
import { close, flags } from '../kernel/files.ts';
import { nr } from '../kernel/numbers.ts';
import { execute } from '../process/execute.ts';
import type { Processes } from '../process/processes.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const F_SETFD = 2;
const backlog = 4096;

/** Makes published ports answer: a docker-proxy a container, for as long as the container runs. */
export class Proxies {
  readonly #processes: Processes;
  /** Pids, by the container's ID. */
  readonly #running = new Map<string, number>();

  constructor(processes: Processes) {
    this.#processes = processes;
  }

  /** @throws KernelError whose step is `publish N` when the Nth port cannot be had; then none of them is */
  start({ id, publish = [] }: ContainerSpec): void {
    if (publish.length === 0) return;
    const sockets = bindAll(publish);
    try {
      this.#running.set(id, this.#launch(id, publish, sockets));
    } finally {
      sockets.forEach(close);
    }
  }

  /** The ports are free when it returns. */
  stop(id: string): void {
    const pid = this.#running.get(id);
    if (pid === undefined) return;
    this.#running.delete(id);
    this.#processes.end(pid);
  }

  #launch(id: string, publish: readonly PublishSpec[], sockets: readonly number[]): number {
    const targets = publish.map(({ protocol, address, target }, i) => [
      protocol,
      String(sockets[i]),
      address,
      String(target),
    ]);
    const gone = (): void => void this.#running.delete(id);
    return this.#processes.launch({
      stdio: {},
      needs: sockets,
      become: (child) => {
        child.connect('/dev/ptmx');
        for (const socket of sockets) check('fcntl', syscall(nr.fcntl64, socket, F_SETFD, 0));
        return execute(['/bin/docker-proxy', ...targets.flat()], []);
      },
      started: () => undefined,
      failed: gone,
      exited: gone,
    });
  }
}

function bindAll(publish: readonly PublishSpec[]): number[] {
  const sockets: number[] = [];
  try {
    publish.forEach((spec, i) => sockets.push(bind(spec, `publish ${i}`)));
    return sockets;
  } catch (error) {
    sockets.forEach(close);
    throw error;
  }
}

/** A socket that takes what comes to the port. */
function bind({ protocol, host, port }: PublishSpec, step: string): number {
  const kind = protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM;
  const family = host.length === 4 ? AF_INET : AF_INET6;
  const type = kind | flags.O_CLOEXEC | flags.O_NONBLOCK;
  const socket = check(step, syscall(nr.socket, family, type, 0));
  try {
    const yes = new Int32Array([1]);
    check(step, syscall(nr.setsockopt, socket, SOL_SOCKET, SO_REUSEADDR, yes, 4));
    if (family === AF_INET6) check(step, syscall(nr.setsockopt, socket, IPPROTO_IPV6, IPV6_V6ONLY, yes, 4));
    const name = socketAddress(family, host, port);
    check(step, syscall(nr.bind, socket, name, name.length));
    if (kind === SOCK_STREAM) check(step, syscall(nr.listen, socket, backlog));
    return socket;
  } catch (error) {
    close(socket);
    throw error;
  }
}

/** struct sockaddr_in: family, port, address. struct sockaddr_in6: family, port, flow, address, scope. */
function socketAddress(family: number, host: readonly number[], port: number): Uint8Array {
  const out = new Uint8Array(family === AF_INET ? 16 : 28);
  out[0] = family;
  out[2] = port >> 8;
  out[3] = port & 0xff;
  out.set(host, family === AF_INET ? 4 : 8);
  return out;
}
