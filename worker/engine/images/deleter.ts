import type { DeletedImage } from '../../protocol/engine-api.ts';
import type { Digest } from '../../oci/digest.ts';
import { digestHex } from '../../oci/digest.ts';
import type { Reference } from '../../oci/reference.ts';
import { familiarReference, parseReference, withDefaultTag } from '../../oci/reference.ts';
import type { Container } from '../containers/container.ts';
import { usesImage } from '../containers/mountedimages.ts';
import type { EngineContext } from '../context.ts';
import { conflict } from '../errors.ts';
import { imageEvent } from './event.ts';
import type { Image } from './image.ts';
import type { LayerCollector } from './layercollector.ts';

type DeleterContext = Pick<EngineContext, 'containers' | 'events' | 'images'>;

export interface DeleteOptions {
  readonly force?: boolean;
  /** Keeps the nameless images that it was made from. */
  readonly noprune?: boolean;
}

/** Takes names and images away. https://github.com/moby/moby/blob/v28.5.2/daemon/images/image_delete.go */
export class ImageDeleter {
  readonly #context: DeleterContext;
  readonly #layers: LayerCollector;

  constructor(context: DeleterContext, layers: LayerCollector) {
    this.#context = context;
    this.#layers = layers;
  }

  /**
   * By a name: that name, and the image with its last one. By an ID: the image with all its names, if they are of one
   * repository. What was done, in order.
   */
  async delete(text: string, options: DeleteOptions): Promise<DeletedImage[]> {
    const image = this.#context.images.get(text);
    const done: DeletedImage[] = [];
    const force = options.force ?? false;
    const byId = isIdOf(image, text);
    if (byId) await this.#untagAll(image, force, done);
    else if (!(await this.#untagOne(image, text, force, done))) return done;
    await this.#remove(image, { force, prune: !options.noprune, quiet: !byId }, done);
    return done;
  }

  /** Whether it was the last name. */
  async #untagOne(image: Image, text: string, force: boolean, done: DeletedImage[]): Promise<boolean> {
    const reference = exactReference(text);
    if (!force && isSingle(this.#namesOf(image))) this.#refuseUsedName(image, reference);
    await this.#untag(image, reference, done);
    if (reference.digest === undefined) await this.#untagLoneDigests(image, reference, done);
    return this.#namesOf(image).length === 0;
  }

  #refuseUsedName(image: Image, reference: Reference): void {
    const user = this.#users(image)[0];
    if (user === undefined) return;
    throw conflict(
      `conflict: unable to remove repository reference ${JSON.stringify(familiarReference(reference))} (must force) - ` +
        `container ${user.id.slice(0, 12)} is using its referenced image ${shortId(image)}`,
    );
  }

  /** A repository's digests go with its last tag. */
  async #untagLoneDigests(image: Image, { domain, path }: Reference, done: DeletedImage[]): Promise<void> {
    const same = this.#namesOf(image).filter((name) => name.domain === domain && name.path === path);
    if (same.some(({ tag }) => tag !== undefined)) return;
    for (const name of same) await this.#untag(image, name, done);
  }

  async #untagAll(image: Image, force: boolean, done: DeletedImage[]): Promise<void> {
    const names = this.#namesOf(image);
    if (!isSingle(names)) return;
    this.#refuse(image, [...hard(this.#context), ...(force ? [] : [this.#stoppedUser])]);
    for (const name of names) await this.#untag(image, name, done);
  }

  async #untag(image: Image, reference: Reference, done: DeletedImage[]): Promise<void> {
    await this.#context.images.untag(reference);
    done.push({ Untagged: familiarReference(reference) });
    imageEvent(this.#context.events, image, 'untag', { id: image.id, name: image.id });
  }

  async #remove(
    image: Image,
    { force, prune, quiet }: { force: boolean; prune: boolean; quiet: boolean },
    done: DeletedImage[],
  ): Promise<void> {
    const soft = force ? [] : [this.#severalNames, this.#stoppedUser];
    const problem = this.#problem(image, [...hard(this.#context), ...soft]);
    if (problem !== undefined) {
      if (quiet && (problem.used || this.#isNeeded(image))) return;
      throw this.#conflict(image, problem);
    }
    for (const name of this.#namesOf(image)) await this.#untag(image, name, done);
    await this.#context.images.delete(image.id);
    this.#context.events.publish('image', 'delete', image.id, { name: image.id });
    done.push({ Deleted: image.id });
    for (const chainId of await this.#layers.collect(image.layers)) done.push({ Deleted: chainId });
    const parent = prune && image.parent ? this.#context.images.find(image.parent) : undefined;
    if (parent && this.#namesOf(parent).length === 0)
      await this.#remove(parent, { force: false, prune: true, quiet: true }, done);
  }

  #refuse(image: Image, rules: readonly Rule[]): void {
    const problem = this.#problem(image, rules);
    if (problem !== undefined) throw this.#conflict(image, problem);
  }

  #problem(image: Image, rules: readonly Rule[]): Problem | undefined {
    for (const rule of rules) {
      const problem = rule(image);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #conflict(image: Image, { text, hard: never = false }: Problem): Error {
    const force = never ? 'cannot be forced' : 'must be forced';
    return conflict(`conflict: unable to delete ${shortId(image)} (${force}) - ${text}`);
  }

  readonly #severalNames: Rule = (image) =>
    this.#namesOf(image).length > 0 ? { text: 'image is referenced in multiple repositories' } : undefined;

  readonly #stoppedUser: Rule = (image) => {
    const user = this.#users(image).find(({ state }) => !state.running);
    return user && { text: `image is being used by stopped container ${user.id.slice(0, 12)}`, used: true };
  };

  /** By a name, or as what another image is made from. */
  #isNeeded(image: Image): boolean {
    return this.#namesOf(image).length > 0 || this.#context.images.childrenOf(image.id).length > 0;
  }

  #users({ id }: Image): Container[] {
    return this.#context.containers.all().filter((container) => usesImage(container, id));
  }

  #namesOf({ id }: Image): Reference[] {
    return this.#context.images.referencesOf(id);
  }
}

interface Problem {
  readonly text: string;
  readonly hard?: boolean;
  /** By a container. */
  readonly used?: boolean;
}

type Rule = (image: Image) => Problem | undefined;

/** What no force overcomes. */
function hard({ containers, images }: DeleterContext): Rule[] {
  return [
    ({ id }) =>
      images.childrenOf(id).length > 0 ? { text: 'image has dependent child images', hard: true } : undefined,
    ({ id }) => {
      const user = containers.all().find((each) => each.state.running && usesImage(each, id));
      const text = `image is being used by running container ${user?.id.slice(0, 12)}`;
      return user && { text, hard: true, used: true };
    },
  ];
}

/** At most one tag, and all of one repository. */
function isSingle(names: readonly Reference[]): boolean {
  const repositories = new Set(names.map(({ domain, path }) => `${domain}/${path}`));
  return repositories.size <= 1 && names.filter(({ tag }) => tag !== undefined).length <= 1;
}

/** Whether it was found as an ID and not by a name that looks like one. */
function isIdOf({ id }: { id: Digest }, text: string): boolean {
  return /^(sha256:)?[a-f0-9]{1,64}$/.test(text) && digestHex(id).startsWith(text.replace(/^sha256:/, ''));
}

function exactReference(text: string): Reference {
  const { domain, path, tag, digest } = withDefaultTag(parseReference(text));
  return digest === undefined ? { domain, path, ...(tag && { tag }) } : { domain, path, digest };
}

function shortId({ id }: Pick<Image, 'id'>): string {
  return digestHex(id).slice(0, 12);
}
