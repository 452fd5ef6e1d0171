import type {
  AgentCalls,
  AgentFailure,
  AgentMethod,
  SpawnParams,
  StartedResult,
} from '../../worker/protocol/agent.ts';
import { takeCensus } from './census.ts';
import type { Answer, Containers } from './container/containers.ts';
import { prepareSpareNetwork } from './container/spare-network.ts';
import { removeVolumes } from './container/volumes.ts';
import { changeHosts } from './container/hosts.ts';
import { check, RequestError } from './kernel/errors.ts';
import { exists } from './kernel/files.ts';
import { nr } from './kernel/numbers.ts';
import type { Logs } from './log/logs.ts';
import { mountStorage, wake } from './machine.ts';
import { execute } from './process/execute.ts';
import type { Processes } from './process/processes.ts';
import { processTexts, readIfThere } from './process/texts.ts';
import { describe } from './process/report.ts';
import { setSize } from './process/terminal.ts';
import type { Streams } from './streams.ts';

export interface Services {
  processes: Processes;
  containers: Containers;
  streams: Streams;
  logs: Logs;
  exited(event: { process: number; code: number; oomKilled: boolean }): void;
}

type Handler<M extends AgentMethod> = (
  services: Services,
  params: AgentCalls[M][0],
  answer: Answer<AgentCalls[M][1]>,
) => void;

const handlers: { [M in AgentMethod]: Handler<M> } = {
  wake: (_, params, answer) => answer.result(wake(params)),
  mount: (_, params, answer) => done(answer, mountStorage(params)),
  spawn: (services, params, answer) => spawn(services, params, answer),
  start: ({ containers }, spec, answer) => containers.start(spec, answer),
  exec: ({ containers }, params, answer) => containers.exec(params, answer),
  signal: ({ containers }, params, answer) => done(answer, containers.signal(params)),
  pause: ({ containers }, { id }, answer) => done(answer, containers.pause(id, true)),
  resume: ({ containers }, { id }, answer) => done(answer, containers.pause(id, false)),
  update: ({ containers }, { id, resources, autoRemove }, answer) =>
    done(answer, containers.update(id, resources, autoRemove)),
  user: ({ containers }, params, answer) => done(answer, containers.findUser(params)),
  prepare: ({ containers }, params, answer) => containers.prepare(params, answer),
  removeVolumes: (_, { names }, answer) => done(answer, removeVolumes(names)),
  missing: (_, { paths }, answer) => answer.result(paths.filter((path) => !exists(path))),
  hosts: (_, params, answer) => done(answer, changeHosts(params)),
  resize: ({ streams }, { stream, size }, answer) => {
    const fd = streams.descriptor(stream);
    if (fd === undefined) throw new RequestError('EBADF', 'resize', 'no such terminal');
    done(answer, setSize(fd, size));
  },
  filetree: ({ containers }, params, answer) => containers.filetree(params, answer),
  remove: ({ containers }, { id }, answer) => containers.remove(id, answer),
  readLog: ({ logs }, { id, stream }, answer) => answer.result(logs.read(id, stream)),
  writeLog: ({ logs }, { id, text, log }, answer) => done(answer, logs.write(id, text, log)),
  read: (_, { paths }, answer) => answer.result(paths.map(readIfThere)),
  processes: ({ containers }, { id }, answer) =>
    answer.result(containers.processes(id).flatMap(processTexts)),
  spare: (_, __, answer) => answer.result(prepareSpareNetwork()),
  census: (_, __, answer) => answer.result(takeCensus()),
};

/** Answers a call whose whole result is that it was carried out. */
function done(answer: Answer<null>, _carriedOut: void): void {
  answer.result(null);
}

/** Carries a call out. What is thrown before it is answered is its failure. */
export function carryOut(services: Services, method: string, params: unknown, answer: Answer<unknown>): void {
  const handler = (handlers as Record<string, Handler<AgentMethod> | undefined>)[method];
  try {
    if (handler === undefined) throw new RequestError('ENOSYS', 'call', `no such method: ${method}`);
    handler(services, params as never, answer);
  } catch (error) {
    answer.failure(describe(error) satisfies AgentFailure);
  }
}

function spawn(services: Services, params: SpawnParams, answer: Answer<StartedResult>): void {
  services.processes.launch({
    stdio: params.stdio,
    become: (child) => {
      child.connect('/dev/ptmx');
      check(`chdir ${params.cwd}`, syscall(nr.chdir, params.cwd));
      return execute(params.args, params.env);
    },
    started: (pid) => answer.result({ pid }),
    failed: (failure) => answer.failure(failure),
    exited: (code) => services.exited({ process: params.process, code, oomKilled: false }),
  });
}
