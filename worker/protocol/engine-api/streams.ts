export interface OutputChunk {
  stream: 'stdout' | 'stderr';
  bytes: Uint8Array;
}

/** Where bytes go; writing resolves when there is room for more. Rejects when the other side is gone. */
export interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface Attached {
  /** Closing it closes the process's standard input; output goes on. Absent when stdin was not asked for. */
  stdin?: Sink;
  /** Ends when the process has closed both. With a TTY everything is stdout. */
  output: AsyncIterable<OutputChunk>;
  /** Whether a client is to be sent the bytes alone, with no stream frames: the process has a terminal. */
  raw: boolean;
}

/** Rows and columns, as the API names them. */
export interface WindowSize {
  h: number;
  w: number;
}

/** A line of the JSON stream that pull, push, load and build answer with. */
export interface ProgressMessage {
  stream?: string;
  status?: string;
  id?: string;
  progress?: string;
  progressDetail?: { current?: number; total?: number };
  error?: string;
  errorDetail?: { message: string; code?: number };
  aux?: object;
}

/** Filters of a list or a prune: the values given for each. Every operation refuses the names it does not know. */
export type Filters = Record<string, string[]>;
