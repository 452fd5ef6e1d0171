import type { Stdio } from '../../../worker/protocol/agent.ts';
import { check } from '../kernel/errors.ts';
import { close, flags, open } from '../kernel/files.ts';
import { nr } from '../kernel/numbers.ts';
import type { LogFile } from '../log/log-file.ts';
import type { Streams, StreamKind, StreamTap } from '../streams.ts';

/** The three standard descriptors of a process that is about to start, before any of them is in its place. */
export interface Pipes {
  /** Descriptor for 0, 1 and 2 in the child; /dev/null where nothing was asked for. */
  child: [number, number, number];
  /** The agent's ends. */
  own: { id: number; fd: number; kind: StreamKind; isError: boolean }[];
}

const fdPair = new Int32Array(2);

/** Pipes for everything that has a stream. The child's ends block, the agent's do not. */
export function makePipes(stdio: Exclude<Stdio, { tty: number }>): Pipes {
  const pipes: Pipes = { child: [-1, -1, -1], own: [] };
  if (stdio.stdin !== undefined) {
    const [reader, writer] = pipe();
    pipes.child[0] = reader;
    pipes.own.push({ id: stdio.stdin, fd: nonBlocking(writer), kind: 'sink', isError: false });
  }
  if (stdio.stdout !== undefined) pipes.child[1] = output(pipes, stdio.stdout, false);
  if (stdio.stderr !== undefined) pipes.child[2] = output(pipes, stdio.stderr, true);
  if (pipes.child.includes(-1)) {
    const nothing = open('/dev/null', flags.O_RDWR);
    pipes.child = pipes.child.map((fd) => (fd < 0 ? nothing : fd)) as Pipes['child'];
  }
  return pipes;
}

function output(pipes: Pipes, id: number, isError: boolean): number {
  const [reader, writer] = pipe();
  pipes.own.push({ id, fd: nonBlocking(reader), kind: 'source', isError });
  return writer;
}

function pipe(): [reader: number, writer: number] {
  check('pipe', syscall(nr.pipe2, fdPair, flags.O_CLOEXEC));
  return [fdPair[0] ?? -1, fdPair[1] ?? -1];
}

const F_SETFL = 4;

function nonBlocking(fd: number): number {
  check('fcntl', syscall(nr.fcntl64, fd, F_SETFL, flags.O_NONBLOCK));
  return fd;
}

/** In the agent, once the child is there: its ends are closed here, ours are carried. */
export function carry(pipes: Pipes, streams: Streams, log?: LogFile): void {
  closeChildEnds(pipes);
  for (const { id, fd, kind, isError } of pipes.own)
    streams.open(id, fd, kind, kind === 'source' ? tap(log, isError) : undefined);
}

/** Lets a stream be kept in the log, until it ends. */
export function tap(log: LogFile | undefined, isError: boolean): StreamTap | undefined {
  if (log === undefined) return undefined;
  log.hold();
  return { passed: (bytes) => log.append(isError, bytes), ended: () => log.release() };
}

/** When the process did not come to be. */
export function dropPipes(pipes: Pipes): void {
  closeChildEnds(pipes);
  for (const { fd } of pipes.own) close(fd);
}

function closeChildEnds(pipes: Pipes): void {
  for (const fd of new Set(pipes.child)) close(fd);
}

/** In the child: puts the descriptors in their places, where they survive exec. */
export function install(child: readonly [number, number, number]): void {
  // A descriptor below 3 that is meant for another place would be overwritten: the agent keeps 0 to 2 open, so none is.
  child.forEach((fd, place) => check('dup', syscall(nr.dup3, fd, place, 0)));
}
