import type { BrowserContext, CDPSession, Page } from 'playwright-core';

interface HeapUsage {
  readonly usedSize: number;
  readonly backingStorageSize?: number;
}

interface Answer {
  readonly id?: number;
  readonly result?: HeapUsage;
}

/** What the machine's worker holds in memory: objects and buffers, what is waiting for the collector too. */
export class WorkerMemory {
  readonly #devtools: CDPSession;
  readonly #session: string;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #next = 1;

  private constructor(devtools: CDPSession, session: string) {
    this.#devtools = devtools;
    this.#session = session;
    devtools.on('Target.receivedMessageFromTarget', ({ message }) => {
      const answer = JSON.parse(message) as Answer;
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
    });
  }

  /** Of the first worker that the page has started. */
  static async attach(context: BrowserContext, page: Page): Promise<WorkerMemory> {
    const devtools = await context.newCDPSession(page);
    const attached = new Promise<string>((resolve) => {
      devtools.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
        if (targetInfo.type === 'worker') resolve(sessionId);
      });
    });
    await devtools.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: false,
      flatten: false,
    });
    return new WorkerMemory(devtools, await attached);
  }

  /** Megabytes, after what is not in use has been collected. */
  async idle(): Promise<number> {
    await this.#send('HeapProfiler.collectGarbage');
    return this.now();
  }

  async now(): Promise<number> {
    const { result } = await this.#send('Runtime.getHeapUsage');
    return ((result?.usedSize ?? 0) + (result?.backingStorageSize ?? 0)) / 1e6;
  }

  /** The most there was while something went on, looked at all the time. */
  async peak(during: Promise<unknown>): Promise<number> {
    const ended = during.then(() => true);
    for (let most = 0; ;) {
      most = Math.max(most, await this.now());
      const pause = new Promise<false>((resolve) => setTimeout(() => resolve(false), 5));
      if (await Promise.race([ended, pause])) return most;
    }
  }

  #send(method: string): Promise<Answer> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, resolve);
      const message = JSON.stringify({ id, method, params: {} });
      this.#devtools.send('Target.sendMessageToTarget', { sessionId: this.#session, message }).catch(reject);
    });
  }
}
