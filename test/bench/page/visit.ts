import type { BrowserContext, Page } from 'playwright-core';
import { pause } from '../measurement.ts';
import type { Drawn } from './probe.ts';
import { probeScript } from './probe.ts';

const prompt = '^root@bottleship:.*#$';

/** From a key to its effect. */
export interface Latency {
  parsed: number;
  painted: number;
}

/** The page in a tab of its own. */
export class Visit {
  readonly page: Page;
  /** From the start of the navigation. */
  readonly prompt: Latency;

  private constructor(page: Page, prompt: Latency) {
    this.page = page;
    this.prompt = prompt;
  }

  /** Resolves at the prompt. */
  static async open(context: BrowserContext, address: string): Promise<Visit> {
    // The machine of the visit before is still being let go of.
    await pause(1000);
    const page = await context.newPage();
    await page.addInitScript(probeScript);
    await page.goto(address, { waitUntil: 'commit' });
    return new Visit(page, await until(page, prompt));
  }

  /** Types the command, waits until it is on the screen, and times from the Enter key to the next prompt. */
  async run(command: string): Promise<Latency> {
    await this.page.keyboard.type(command);
    await until(this.page, `# ${literal(command)}$`);
    await this.page.keyboard.press('Enter');
    const { key, parsed, painted } = await until(this.page, prompt);
    return { parsed: parsed - key, painted: painted - key };
  }

  /** Types a letter at the prompt and takes it back. */
  async type(letter: string): Promise<Latency> {
    await this.page.keyboard.press(letter);
    const { key, echoed, painted } = await until(this.page, `# ${letter}$`);
    await this.page.keyboard.press('Backspace');
    await until(this.page, prompt);
    return { parsed: echoed - key, painted: painted - key };
  }

  close(): Promise<void> {
    return this.page.close();
  }
}

async function until(page: Page, pattern: string): Promise<Drawn> {
  const drawn = page.evaluate((pattern) => globalThis.benchProbe.until(pattern), pattern);
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`${pattern} is not on the screen`)), 30_000).unref();
  });
  return Promise.race([drawn, late]);
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
