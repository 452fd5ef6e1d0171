import { conflict, invalid, notFound } from '../errors.ts';
import type { ContainerId } from '../ids.ts';
import type { Container } from './container.ts';
import { Links } from './links.ts';

/** All the containers, by ID and by name. */
export class ContainerStore {
  readonly #byId = new Map<string, Container>();
  readonly #idByName = new Map<string, ContainerId>();
  readonly links = new Links();

  /** Oldest first. */
  all(): Container[] {
    return [...this.#byId.values()];
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  isTaken(name: string): boolean {
    return this.#idByName.has(name);
  }

  /** Takes a name for a container that is about to be. Throws Docker's conflict when it is another one's. @returns what gives it back */
  reserve(name: string, id: ContainerId): () => void {
    this.#reserve(name, id);
    return () => this.#idByName.delete(name);
  }

  /** Under the name that was reserved for it. */
  add(container: Container): void {
    this.#byId.set(container.id, container);
  }

  rename(container: Container, name: string): void {
    this.#reserve(name, container.id);
    this.#idByName.delete(container.name);
    container.name = name;
  }

  delete(container: Container): void {
    const { id, name } = container;
    this.#byId.delete(id);
    this.#idByName.delete(name);
    this.links.delete(container);
  }

  /** All the names, in order. */
  namesOf(container: Container): string[] {
    return [`/${container.name}`, ...this.links.namesOf(container, this)].sort();
  }

  /** By ID, name or the beginning of an ID, in this order. */
  get(text: string): Container {
    if (text === '') throw invalid('invalid name or ID supplied: ""');
    const id = this.#idByName.get(text.replace(/^\//, '')) ?? text;
    return this.#byId.get(text) ?? this.#byId.get(id) ?? this.#byLink(text) ?? this.#byPrefix(text);
  }

  find(text: string): Container | undefined {
    try {
      return this.get(text);
    } catch {
      return undefined;
    }
  }

  /** `parent/alias`. */
  #byLink(text: string): Container | undefined {
    const [parent = '', alias, ...more] = text.replace(/^\//, '').split('/');
    const id = this.#idByName.get(parent);
    const container = id === undefined ? undefined : this.#byId.get(id);
    if (alias === undefined || more.length > 0 || container === undefined) return undefined;
    return this.links.find(container, alias);
  }

  #byPrefix(prefix: string): Container {
    const found = this.all().filter(({ id }) => id.startsWith(prefix));
    if (found.length > 1) throw invalid(`multiple IDs found with provided prefix: ${prefix}`);
    const container = found[0];
    if (container === undefined) throw notFound(`No such container: ${prefix}`);
    return container;
  }

  #reserve(name: string, id: ContainerId): void {
    const owner = this.#idByName.get(name);
    if (owner !== undefined)
      throw conflict(
        `Conflict. The container name "/${name}" is already in use by container "${owner}". You have to remove (or rename) that container to be able to reuse that name.`,
      );
    this.#idByName.set(name, id);
  }
}
