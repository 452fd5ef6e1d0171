import { readMergedText } from '../../layers/mergedtext.ts';
import type { Identity } from '../../protocol/agent.ts';
import type { EngineContext } from '../context.ts';
import type { Container } from './container.ts';
import { identify, parseTable } from './usertable.ts';

/** Larger tables are left to the guest. */
const limit = 1 << 20;
const kept = 64;

/**
 * Who containers run as that have no files of their own yet: the image's tables of users are read here, which takes the
 * guest some 25 ms. What is unusual about an image is left to the agent, which looks again.
 */
export class Identities {
  readonly #layers: EngineContext['layers'];
  /** By image, user and groups; the oldest goes first. */
  readonly #known = new Map<string, Promise<Identity | undefined>>();

  constructor(layers: EngineContext['layers']) {
    this.#layers = layers;
  }

  /** Undefined when only the guest can tell. */
  of(container: Container): Promise<Identity | undefined> {
    const { imageId, config, hostConfig, hasSnapshot, mounts } = container;
    const mounted = [...mounts.map(({ destination }) => destination), ...Object.keys(hostConfig.Tmpfs ?? {})];
    if (hasSnapshot || mounted.some((path) => /^\/(etc(\/.*)?)?$/.test(path)))
      return Promise.resolve(undefined);
    const key = JSON.stringify([imageId, config.User, hostConfig.GroupAdd]);
    const known = this.#known.get(key) ?? this.#look(container).catch(() => undefined);
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#known.size > kept) this.#known.delete(this.#known.keys().next().value ?? '');
    return known;
  }

  async #look({ layers, config, hostConfig }: Container): Promise<Identity | undefined> {
    const opened = await this.#layers.open(layers);
    const [passwd, group] = await Promise.all(
      ['passwd', 'group'].map((name) => readMergedText(opened, ['etc', name], limit)),
    );
    if (passwd === undefined || group === undefined) return undefined;
    const tables = { users: parseTable(passwd), groups: parseTable(group) };
    return identify(tables, config.User, hostConfig.GroupAdd ?? []);
  }
}
