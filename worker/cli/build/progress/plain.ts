import type { Trace, TracedVertex } from './trace.ts';
import { isCompleted, isStarted, statusText } from './trace.ts';

interface Printed {
  readonly index: number;
  lines: number;
  warnings: number;
  /** Of statuses, as they were last printed. */
  readonly statuses: Map<string, string>;
}

/**
 * `--progress=plain`: a paragraph for each step, one step at a time where several are at work.
 * https://github.com/moby/buildkit/blob/v0.25.0/util/progress/progressui/printer.go
 */
export class PlainProgress {
  readonly #trace: Trace;
  readonly #printed = new Map<string, Printed>();
  readonly #over = new Set<string>();
  #current: TracedVertex | undefined;
  #out = '';

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  begin(): string {
    return '#0 building with "default" instance using docker driver\n';
  }

  /** What to print, once the trace knows of it. Steps that go on are told of when somebody waits for long. */
  show(touched: readonly TracedVertex[]): string {
    this.#out = '';
    const told = touched.filter(isStarted);
    const completed = told.filter(isCompleted);
    if (this.#current !== undefined && completed.includes(this.#current)) this.#print(this.#current);
    for (const one of completed) if (!this.#over.has(one.vertex.digest)) this.#print(one);
    const open = told.filter((one) => !isCompleted(one) && (one.lines.length > 0 || one.warnings.length > 0));
    for (const one of open) if (this.#current === undefined || this.#current === one) this.#print(one);
    return this.#out;
  }

  /** What is under way is shown though it has said nothing yet. */
  idle(): string {
    this.#out = '';
    const all = [...this.#trace.vertexes.values()];
    const next = this.#current ?? all.find((one) => isStarted(one) && !isCompleted(one));
    if (next !== undefined) this.#print(next);
    return this.#out;
  }

  #print(traced: TracedVertex): void {
    const { vertex } = traced;
    const printed = this.#printed.get(vertex.digest) ?? {
      index: this.#printed.size + 1,
      lines: 0,
      warnings: 0,
      statuses: new Map<string, string>(),
    };
    this.#printed.set(vertex.digest, printed);
    if (this.#current !== traced) this.#switchTo(traced, printed);
    this.#news(traced, printed);
    if (isCompleted(traced)) this.#end(traced, printed);
  }

  #switchTo(traced: TracedVertex, { index }: Printed): void {
    const before = this.#current && this.#printed.get(this.#current.vertex.digest);
    if (before !== undefined) this.#out += `#${before.index} ...\n`;
    this.#out += `\n#${index} ${traced.vertex.name}\n`;
    this.#current = traced;
  }

  #news(traced: TracedVertex, printed: Printed): void {
    const { index } = printed;
    for (const [id, status] of traced.statuses) {
      const text = `${id}${statusText(status)}`;
      const isNews = status.completed !== undefined || this.#current === traced;
      if (!isNews || printed.statuses.get(id) === text) continue;
      printed.statuses.set(id, text);
      this.#out += `#${index} ${text}\n`;
    }
    for (const { short } of traced.warnings.slice(printed.warnings))
      this.#out += `#${index} WARN: ${short}\n`;
    printed.warnings = traced.warnings.length;
    for (const { seconds, text } of traced.lines.slice(printed.lines))
      this.#out += `#${index} ${seconds.toFixed(3)} ${text}\n`;
    printed.lines = traced.lines.length;
  }

  #end(traced: TracedVertex, { index }: Printed): void {
    const { started = 0, completed = 0, cached, error, digest } = traced.vertex;
    if (traced.partial !== '') {
      const seconds = (completed - started) / 1000;
      this.#out += `#${index} ${seconds.toFixed(3)} ${traced.partial}\n`;
      traced.lines.push({ seconds, text: traced.partial });
      traced.partial = '';
    }
    this.#current = undefined;
    this.#over.add(digest);
    if (error?.endsWith('context canceled')) this.#out += `#${index} CANCELED\n`;
    else if (error !== undefined) this.#out += `#${index} ERROR: ${error}\n`;
    else if (cached) this.#out += `#${index} CACHED\n`;
    else this.#out += `#${index} DONE ${((completed - started) / 1000).toFixed(1)}s\n`;
  }
}
