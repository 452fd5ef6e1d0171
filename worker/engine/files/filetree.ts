import type { FiletreeRoot } from '../../protocol/agent.ts';
import type { Agent, AgentStream } from '../../protocol/agent-client.ts';
import { AgentError } from '../../protocol/agent-client.ts';
import type { TreeRecord } from '../../protocol/filetree.ts';
import { encodeRecord, recordKind, treeRecord } from '../../protocol/filetree.ts';
import { internal } from '../errors.ts';
import type { Processes } from '../processes.ts';
import { RecordReader } from './recordreader.ts';

/** As much is gathered before it goes to the guest. */
const batchSize = 64 * 1024;

/**
 * The guest's `filetree` program at work in one root. Lifecycle: `run`, reading and writing, then `close`, which also
 * stops it before its end; only after that may the root be used otherwise (a container started, say).
 */
export class Filetree {
  readonly records: RecordReader;
  /** Resolves when the program is gone, and with it whatever was put together for it. */
  readonly ended: Promise<unknown>;
  readonly #output: AgentStream;
  readonly #input: AgentStream | undefined;
  #batch: Uint8Array[] = [];
  #batched = 0;
  #outcome: Promise<TreeRecord> | undefined;
  #over = false;

  private constructor(output: AgentStream, input: AgentStream | undefined, ended: Promise<unknown>) {
    this.#output = output;
    this.#input = input;
    this.ended = ended;
    this.records = new RecordReader(output.output);
  }

  /** Resolves when the program runs; rejects when its root cannot be entered. */
  static async run(
    context: { readonly agent: Agent; readonly processes: Processes },
    root: FiletreeRoot,
    args: string[],
  ): Promise<Filetree> {
    const { agent, processes } = context;
    const expected = processes.expect();
    const output = agent.openStream();
    const input = args[0] === 'unpack' ? agent.openStream() : undefined;
    const stdio = { stdout: output.id, ...(input && { stdin: input.id }) };
    try {
      await agent.call('filetree', { process: expected.process, root, args, stdio });
    } catch (error) {
      expected.forget();
      output.reset();
      input?.reset();
      throw error instanceof AgentError ? internal(error.message, error) : error;
    }
    return new Filetree(output, input, expected.exited);
  }

  /** Says a record to the program; resolves when there is room for more. */
  say(record: TreeRecord): Promise<void> {
    return this.write(encodeRecord(record));
  }

  /**
   * The contents of the record before. The program's next record is its last: once it has failed, nothing more is written
   * and this rejects with the FileError.
   */
  async write(bytes: Uint8Array): Promise<void> {
    this.#watch();
    this.#batch.push(bytes);
    this.#batched += bytes.length;
    if (this.#over) await this.#outcome;
    if (this.#batched >= batchSize) await this.#flush();
  }

  /** Says `end` and waits for the program's own. */
  async finish(): Promise<void> {
    await this.say(treeRecord(recordKind.end));
    await this.#flush();
    const last = await this.#outcome;
    if (last?.kind !== recordKind.end) throw internal(`unexpected record ${last?.kind} from filetree`);
  }

  #watch(): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = this.records.next();
    const over = (): void => {
      this.#over = true;
    };
    this.#outcome.then(over, over);
  }

  async close(): Promise<void> {
    this.#input?.reset();
    this.#output.reset();
    await this.ended;
  }

  async #flush(): Promise<void> {
    const bytes = new Uint8Array(this.#batched);
    let at = 0;
    for (const part of this.#batch) {
      bytes.set(part, at);
      at += part.length;
    }
    this.#batch = [];
    this.#batched = 0;
    await this.#input?.write(bytes);
  }
}
