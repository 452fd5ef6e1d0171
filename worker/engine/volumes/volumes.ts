import type { Filters, Volume as ApiVolume, VolumeCreate, VolumesPruned } from '../../protocol/engine-api.ts';
import type { EngineContext } from '../context.ts';
import { conflict, invalid, notFound, prefixed, withPrefix } from '../errors.ts';
import {
  booleanFilter,
  exactMatch,
  keyValueMatch,
  labelsMatch,
  patternMatch,
  requireFilters,
} from '../filters.ts';
import { randomId } from '../ids.ts';
import { directorySize } from '../files/sizes.ts';
import { validateVolumeOptions } from './options.ts';
import type { Volume } from './volume.ts';
import { inspectVolume, volumePath } from './volume.ts';

type VolumesContext = Pick<EngineContext, 'agent' | 'clock' | 'events' | 'processes'>;

/** On volumes that nobody has given a name. */
const anonymousLabel = 'com.docker.volume.anonymous';

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** All the volumes, and what the API does with them. https://github.com/moby/moby/blob/v28.5.2/volume/service */
export class Volumes {
  readonly #context: VolumesContext;
  readonly #byName = new Map<string, Volume>();
  #pruning = false;

  constructor(context: VolumesContext) {
    this.#context = context;
  }

  all(): Volume[] {
    return [...this.#byName.values()];
  }

  /** Makes it known at once, without a directory yet: `prepare` of the agent makes that. One that is there already is given. */
  declare(config: VolumeCreate, container?: string): Volume {
    const name = config.Name || randomId();
    const volume = this.#byName.get(name) ?? this.#new(name, config);
    if (container !== undefined) volume.references.add(container);
    return volume;
  }

  async create(config: VolumeCreate): Promise<ApiVolume> {
    const volume = this.declare(config);
    await this.#context.agent.call('prepare', { layers: [], volumes: [{ name: volume.name }] });
    return inspectVolume(volume);
  }

  get(name: string): Volume {
    const volume = this.#byName.get(name);
    if (volume === undefined) throw notFound(`get ${name}: no such volume`);
    return volume;
  }

  list(filters: Filters = {}): ApiVolume[] {
    requireFilters(filters, ['dangling', 'name', 'driver', 'label']);
    const dangling = booleanFilter(filters, 'dangling');
    const found = this.all().filter(
      ({ name, labels, references }) =>
        exactMatch(filters, 'driver', 'local') &&
        patternMatch(filters, 'name', name) &&
        keyValueMatch(filters, 'label', labels ?? {}) &&
        (dangling === undefined || dangling === (references.size === 0)),
    );
    return found.map(inspectVolume).sort((a, b) => (a.Name < b.Name ? -1 : 1));
  }

  /**
   * With what each holds and how many containers have it, for `docker system df`. As in Docker, those with options are left
   * out: they may be anything.
   */
  async usage(): Promise<ApiVolume[]> {
    const plain = this.all().filter(({ options }) => options === null);
    const shown: ApiVolume[] = [];
    for (const volume of plain.sort((a, b) => (a.name < b.name ? -1 : 1)))
      shown.push(await this.#withUsage(volume));
    return shown;
  }

  /** -1 where it cannot be read, or is gone meanwhile. */
  async #withUsage(volume: Volume): Promise<ApiVolume> {
    const size = await directorySize(this.#context, volumePath(volume.name)).catch(() => -1);
    return { ...inspectVolume(volume), UsageData: { Size: size, RefCount: volume.references.size } };
  }

  async remove(name: string, force = false): Promise<void> {
    const volume = force ? this.#byName.get(name) : this.get(name);
    if (volume === undefined) return;
    if (volume.references.size > 0)
      throw conflict(`remove ${name}: volume is in use - [${[...volume.references].join(', ')}]`);
    await this.#remove(volume);
  }

  /** The container is gone, and with it those of these volumes that nobody else has. */
  async release(container: string, orphans: readonly string[]): Promise<void> {
    for (const { references } of this.#byName.values()) references.delete(container);
    const gone = orphans.flatMap((name) => this.#byName.get(name) ?? []);
    await Promise.all(
      gone.filter(({ references }) => references.size === 0).map((volume) => this.#remove(volume)),
    );
  }

  /** Anonymous ones only, unless `all` is asked for. */
  async prune(filters: Filters = {}): Promise<VolumesPruned> {
    requireFilters(filters, ['label', 'label!', 'all']);
    const wanted = withAnonymous(filters);
    if (this.#pruning) throw conflict('a prune operation is already running');
    this.#pruning = true;
    try {
      return await this.#prune(wanted);
    } finally {
      this.#pruning = false;
    }
  }

  async #prune(filters: Filters): Promise<VolumesPruned> {
    const report = { VolumesDeleted: [] as string[], SpaceReclaimed: 0 };
    for (const volume of this.all()) {
      const { references, options, labels, name } = volume;
      if (references.size > 0 || options !== null || !labelsMatch(filters, labels ?? {})) continue;
      const bytes = await directorySize(this.#context, volumePath(name));
      await this.#remove(volume);
      report.SpaceReclaimed += bytes;
      report.VolumesDeleted.push(name);
    }
    this.#context.events.publish('volume', 'prune', '', { reclaimed: String(report.SpaceReclaimed) });
    return report;
  }

  #new(name: string, { Name, Driver, DriverOpts, Labels }: VolumeCreate): Volume {
    const driver = Driver || 'local';
    if (driver !== 'local')
      throw notFound(
        `create ${name}: error looking up volume plugin ${driver}: plugin ${JSON.stringify(driver)} not found`,
      );
    validateName(name);
    const options = Object.keys(DriverOpts ?? {}).length > 0 ? (DriverOpts ?? null) : null;
    validateOptions(name, options);
    const labels = Name ? (Labels ?? null) : { ...Labels, [anonymousLabel]: '' };
    const volume = {
      name,
      created: this.#context.clock.now(),
      labels,
      options,
      references: new Set<string>(),
    };
    this.#byName.set(name, volume);
    this.#context.events.publish('volume', 'create', name, { driver: 'local' });
    return volume;
  }

  async #remove({ name }: Volume): Promise<void> {
    this.#byName.delete(name);
    await prefixed(`remove ${name}`, () => this.#context.agent.call('removeVolumes', { names: [name] }));
    this.#context.events.publish('volume', 'destroy', name, { driver: 'local' });
  }
}

function validateName(name: string): void {
  if (name.length === 1)
    throw invalid(
      `create ${name}: volume name is too short, names should be at least two alphanumeric characters`,
    );
  if (!namePattern.test(name))
    throw invalid(
      `create ${name}: ${JSON.stringify(name)} includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
    );
}

function validateOptions(name: string, options: Readonly<Record<string, string>> | null): void {
  try {
    if (options !== null) validateVolumeOptions(options);
  } catch (error) {
    throw withPrefix(`create ${name}`, error);
  }
}

function withAnonymous(filters: Filters): Filters {
  const { all = [], ...others } = filters;
  if (all.length > 1) throw invalid(`invalid filter 'all=[${all.join(' ')}]': only one value is expected`);
  const [text] = all;
  if (text !== undefined && isTrue(text)) return others;
  return { ...others, label: [...(others['label'] ?? []), anonymousLabel] };
}

/** Go's strconv.ParseBool. */
function isTrue(text: string): boolean {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
  throw invalid(`invalid filter 'all': strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}
