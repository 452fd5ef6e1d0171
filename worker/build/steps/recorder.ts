import type { ContainerConfig } from '../../protocol/engine-api.ts';
import type { StepResult } from '../backend.ts';
import type { FindCached } from '../cache.ts';
import { shellOf, written } from '../config.ts';
import { shortId } from '../output.ts';
import type { StepContext } from './context.ts';
import type { StageState } from './state.ts';

/** Turns what steps have done into images, or finds those that did the same before. */
export class Recorder {
  readonly #context: StepContext;
  readonly #find: FindCached;
  /** Containers of the step that is under way. */
  #containers: string[] = [];
  #missed = false;

  constructor(context: StepContext, find: FindCached) {
    this.#context = context;
    this.#find = find;
  }

  /** A change of the config alone; `words` is what the history says of it. */
  async metadata(state: StageState, words: string): Promise<void> {
    const result = stepResult(state, { ...state.config, Cmd: [...shellOf(state.config), '#(nop) ', words] });
    if (await this.isCached(state, result)) return;
    await this.made(state, await this.announced(result));
  }

  /** Whether the step was done before; then the stage stands there. */
  async isCached(state: StageState, result: StepResult): Promise<boolean> {
    const found = this.#missed ? undefined : await this.#find(result);
    this.#missed = found === undefined;
    if (found === undefined) return false;
    this.#context.output.print(' ---> Using cache\n');
    state.image = found;
    return true;
  }

  /** Makes the image of a step, with a layer where it has made one. */
  async made(state: StageState, result: StepResult, tar?: AsyncIterable<Uint8Array>): Promise<void> {
    state.image = await this.#context.backend.make(result, tar);
  }

  /** A container that runs something, or is there because the client wants to find one. */
  async create(config: ContainerConfig): Promise<string> {
    const { backend, output, host } = this.#context;
    const { id, warnings } = await backend.create(config, host);
    this.#containers.push(id);
    for (const warning of warnings) output.print(` ---> [Warning] ${warning}\n`);
    output.print(` ---> Running in ${shortId(id)}\n`);
    return id;
  }

  /**
   * A step that needs no container is told of as if it had one, since that is what clients know: its image names it,
   * too. There is one where none is to be removed.
   */
  async announced(result: StepResult): Promise<StepResult> {
    const id = this.#context.remove ? this.#imagined() : await this.create(result.stepConfig);
    const { Labels } = result.stepConfig;
    const stepConfig = { ...result.stepConfig, Hostname: shortId(id), Labels: Labels ?? {} };
    return { ...result, stepConfig };
  }

  #imagined(): string {
    const id = randomId();
    this.#containers.push(id);
    this.#context.output.print(` ---> Running in ${shortId(id)}\n`);
    return id;
  }

  /** At the end of a step. */
  async removeContainers(worked: boolean): Promise<void> {
    const { backend, output, remove, forceRemove } = this.#context;
    if (!forceRemove && !(remove && worked)) return;
    for (const id of this.#containers) {
      await backend.remove(id);
      output.print(` ---> Removed intermediate container ${shortId(id)}\n`);
    }
    this.#containers = [];
  }
}

export function stepResult(state: StageState, stepConfig: ContainerConfig): StepResult {
  const { image, config, author } = state;
  return { parent: image, config: written(config), stepConfig: written(stepConfig), author };
}

function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
