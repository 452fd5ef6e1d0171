import type { HostConfig } from '../../protocol/engine-api.ts';
import { internal, invalid, notFound } from '../errors.ts';
import type { Container } from './container.ts';
import { otherContainer } from './modes.ts';
import type { ContainerStore } from './store.ts';

/** Another container that a container knows by a name of its own. */
export interface Link {
  readonly alias: string;
  readonly target: Container;
}

/** Who knows whom. https://github.com/moby/moby/blob/v28.5.2/daemon/links.go */
export class Links {
  /** By the ID of the one who knows, then by alias. */
  readonly #byParent = new Map<string, Map<string, Container>>();

  get isEmpty(): boolean {
    return this.#byParent.size === 0;
  }

  add(parent: string, links: readonly Link[]): void {
    if (links.length === 0) return;
    this.#byParent.set(parent, new Map(links.map(({ alias, target }) => [alias, target])));
  }

  /** Those that a container knows, by alias. */
  of({ id }: { readonly id: string }): Link[] {
    const links = [...(this.#byParent.get(id) ?? [])].map(([alias, target]) => ({ alias, target }));
    return links.sort((a, b) => (a.alias < b.alias ? -1 : 1));
  }

  /** The further names of a container: `/parent/alias`. */
  namesOf(target: Container, containers: ContainerStore): string[] {
    if (this.isEmpty) return [];
    return containers.all().flatMap((parent) =>
      this.of(parent)
        .filter((link) => link.target === target)
        .map(({ alias }) => `/${parent.name}/${alias}`),
    );
  }

  /** What `parent/alias` stands for. */
  find(parent: Container, alias: string): Container | undefined {
    return this.#byParent.get(parent.id)?.get(alias);
  }

  remove(parent: Container, alias: string): void {
    if (!this.#byParent.get(parent.id)?.delete(alias)) throw notFound(`No such container: ${alias}`);
  }

  /** The container is gone. Whoever knows it still does, and cannot start. */
  delete({ id }: Container): void {
    this.#byParent.delete(id);
  }
}

/** `name[:alias]`; `/name:/parent/alias` is what inspect says of a link. https://github.com/docker/cli/blob/v28.5.2/opts/parse.go */
function parseLink(text: string): { name: string; alias: string } {
  const [name = '', alias = name, ...more] = text.split(':');
  if (text === '') throw internal('empty string specified for links');
  if (more.length > 0) throw internal(`bad format for links: ${text}`);
  if (!name.startsWith('/') || alias === name) return { name, alias: alias.replace(/^\//, '') };
  return { name: name.slice(1), alias: alias.slice(alias.lastIndexOf('/') + 1) };
}

/** Makes out what a new container is to know. https://github.com/moby/moby/blob/v28.5.2/daemon/daemon_unix.go (registerLinks) */
export function parseLinks({ Links: links, NetworkMode }: HostConfig, containers: ContainerStore): Link[] {
  if (!['', 'default', 'bridge', 'none', 'host'].includes(NetworkMode ?? '')) return [];
  return (links ?? []).map((text) => {
    const { name, alias } = parseLink(text);
    return { alias, target: networkOwnerOf(name, containers) };
  });
}

/** Of those that share a network its owner is meant. */
function networkOwnerOf(name: string, containers: ContainerStore): Container {
  let target: Container;
  try {
    target = containers.get(name);
  } catch (error) {
    throw invalid(`could not get container for ${name}: ${(error as Error).message}`);
  }
  const { NetworkMode } = target.hostConfig;
  const owner = otherContainer(NetworkMode);
  if (NetworkMode === 'host')
    throw invalid(
      "conflicting options: host type networking can't be used with links. This would result in undefined behavior",
    );
  return owner === undefined ? target : networkOwnerOf(owner, containers);
}

/** `docker rm --link`: of `parent/alias` only the name goes. https://github.com/moby/moby/blob/v28.5.2/daemon/delete.go (rmLink) */
export function unlink(containers: ContainerStore, given: string): void {
  containers.get(given);
  const [parent = '', alias] = given.replace(/^\//, '').split('/');
  if (alias === undefined) throw internal('Conflict, cannot remove the default link name of the container');
  containers.links.remove(containers.get(parent), alias);
}

/** A link of a container that is about to run. */
export interface LiveLink extends Link {
  readonly address: string;
}

/** Those on the default bridge, with their addresses. Throws when one cannot be reached. */
export function liveLinks(links: readonly Link[], parent: Container): LiveLink[] {
  if (parent.hostConfig.NetworkMode !== 'bridge') return [];
  return links.map((link) => {
    const { target, alias } = link;
    if (!target.state.running)
      throw internal(`Cannot link to a non running container: /${target.name} AS /${parent.name}/${alias}`);
    const address = target.sandbox?.endpoints['bridge']?.place?.address;
    if (address === undefined)
      throw internal(`container ${target.id} not attached to default bridge network`);
    return { ...link, address };
  });
}
