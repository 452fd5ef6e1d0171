import type { OutputChunk } from '../../protocol/engine-api.ts';
import type { Stdio, TerminalSize } from '../../protocol/agent.ts';
import type { Agent, AgentStream } from '../../protocol/agent-client.ts';

/** Takes a chunk; a promise makes the process wait. */
export type OutputSink = (chunk: OutputChunk) => Promise<unknown> | undefined | void;

export interface StdioWanted {
  /** A terminal of this size; what is written to it is stdout. */
  readonly tty?: TerminalSize | undefined;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** The streams of one process, opened before it starts. */
export interface ProcessStreams {
  /** As the agent is told. */
  readonly stdio: Stdio;
  readonly stdin: AgentStream | undefined;
  readonly outputs: readonly (readonly [OutputChunk['stream'], AgentStream])[];
}

/** Opens the streams of a process. */
export function openStreams(agent: Agent, wanted: StdioWanted): ProcessStreams {
  return wanted.tty === undefined ? openPipes(agent, wanted) : openTerminal(agent, wanted.tty, wanted.stdin);
}

/** Moves everything that a process writes into the sink. Resolves when all its outputs have ended. */
export async function pump({ outputs }: ProcessStreams, sink: OutputSink): Promise<void> {
  await Promise.all(outputs.map(([name, stream]) => pumpOne(name, stream, sink)));
}

/** At the exit: a pipe's writer must not go on waiting; a terminal is given up when its output has been read. */
export function releaseInput({ stdio, stdin }: ProcessStreams): void {
  if (!('tty' in stdio)) stdin?.reset();
}

/** Gives up the streams of a process that did not start, or whose output has been read to the end. */
export function resetStreams({ stdin, outputs }: ProcessStreams): void {
  stdin?.reset();
  for (const [, stream] of outputs) stream.reset();
}

function openTerminal(agent: Agent, size: TerminalSize, stdin: boolean): ProcessStreams {
  const stream = agent.openStream();
  return {
    stdio: { tty: stream.id, size },
    stdin: stdin ? stream : undefined,
    outputs: [['stdout', stream]],
  };
}

function openPipes(agent: Agent, wanted: StdioWanted): ProcessStreams {
  const stdin = wanted.stdin ? agent.openStream() : undefined;
  const stdout = wanted.stdout ? agent.openStream() : undefined;
  const stderr = wanted.stderr ? agent.openStream() : undefined;
  return {
    stdio: {
      ...(stdin && { stdin: stdin.id }),
      ...(stdout && { stdout: stdout.id }),
      ...(stderr && { stderr: stderr.id }),
    },
    stdin,
    outputs: [
      ...(stdout ? [['stdout', stdout] as const] : []),
      ...(stderr ? [['stderr', stderr] as const] : []),
    ],
  };
}

async function pumpOne(name: OutputChunk['stream'], stream: AgentStream, sink: OutputSink): Promise<void> {
  for await (const bytes of stream.output) {
    const room = sink({ stream: name, bytes });
    if (room) await room;
  }
}
