import { check, errorName, KernelError, RequestError } from '../kernel/errors.ts';
import { close, flags } from '../kernel/files.ts';
import { nr } from '../kernel/numbers.ts';
import type { AgentFailure } from '../../../worker/protocol/agent.ts';

const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_CMSG_CLOEXEC = 0x40000000;
const pair = new Int32Array(2);

/**
 * What a child tells the agent while it prepares: at most one descriptor (the master of its terminal) and at most one
 * failure. Its end closes itself on exec, so the end without a failure means that the program runs.
 */
export interface ReportPair {
  agent: number;
  child: number;
}

export function openReport(): ReportPair {
  const type = SOCK_SEQPACKET | flags.O_CLOEXEC;
  check('socketpair', syscall(nr.socketpair, AF_UNIX, type, 0, pair));
  return { agent: pair[0] ?? -1, child: pair[1] ?? -1 };
}

/** Reads one message of the child. */
export type Report =
  | { kind: 'started' }
  | { kind: 'failed'; failure: AgentFailure }
  | { kind: 'terminal'; fd: number };

const buffer = new Uint8Array(4096);

export function readReport(fd: number): Report {
  const control = new Int32Array(4);
  const got = check('recvmsg', syscall(nr.recvmsg, fd, message(buffer, control), MSG_CMSG_CLOEXEC));
  if (got === 0) return { kind: 'started' };
  const text = decode(buffer.subarray(0, got));
  if (text === 'terminal') return { kind: 'terminal', fd: control[3] ?? -1 };
  return { kind: 'failed', failure: JSON.parse(text) as AgentFailure };
}

/** In the child: hands the terminal's master to the agent. */
export function sendTerminal(fd: number, master: number): void {
  const control = new Int32Array([16, SOL_SOCKET, SCM_RIGHTS, master]);
  const text = new Uint8Array(encode('terminal')).subarray(0, 8);
  check('send terminal', syscall(nr.sendmsg, fd, message(text, control), 0));
  close(master);
}

/** In the child: says why it gives up. */
export function sendFailure(fd: number, error: unknown): void {
  const bytes = new Uint8Array(encode(JSON.stringify(describe(error))));
  syscall(nr.write, fd, bytes, bytes.length - 1);
}

export function describe(error: unknown): AgentFailure {
  if (error instanceof KernelError)
    return { code: errorName(error.errno), step: error.step, message: error.message };
  if (error instanceof RequestError) return { code: error.code, step: error.step, message: error.message };
  return { code: 'EIO', step: 'agent', message: String(error) };
}

/** struct msghdr with one iovec, and room for one descriptor in the ancillary data. */
function message(data: Uint8Array, control: Int32Array): Uint32Array {
  const iovec = new Uint32Array([address(data), data.length]);
  kept.splice(0, kept.length, data, control, iovec);
  return new Uint32Array([0, 0, address(iovec), 1, address(control), control.byteLength, 0]);
}

/** What the last message points to must not be collected before it is used. */
const kept: ArrayBufferView[] = [];
