import { spawn } from 'node:child_process';
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ApiError } from '../../worker/protocol/engine-api.ts';
import type { PathStat, PutArchiveOptions } from '../../worker/protocol/engine-api.ts';
import { FakeEngine } from './fake-engine.ts';

/** An engine whose container `web` has the files of a directory of this host; GNU tar packs and unpacks them. */
export class HostContainerEngine extends FakeEngine {
  readonly #root: string;

  constructor(root: string) {
    super();
    this.#root = root;
  }

  override async containerPathStat(id: string, path: string): Promise<PathStat> {
    this.#check(id);
    return this.#stat(id, path).stat;
  }

  override async containerGetArchive(
    id: string,
    path: string,
  ): Promise<{ stat: PathStat; tar: AsyncIterable<Uint8Array> }> {
    this.#check(id);
    const { stat, place } = this.#stat(id, path);
    const whole = basename(path) === '.' || path.endsWith('/.');
    const from = whole ? [place, '.'] : [dirname(place), basename(place)];
    const tar = spawn('tar', ['-cf', '-', '--format=pax', '--sort=name', '-C', ...from]);
    // A child that has ended throws away what nobody reads.
    return { stat, tar: tar.stdout.pipe(new PassThrough()) };
  }

  override async containerPutArchive(
    id: string,
    path: string,
    tar: AsyncIterable<Uint8Array>,
    { noOverwriteDirNonDir }: PutArchiveOptions = {},
  ): Promise<void> {
    this.#check(id);
    const { stat, place } = this.#stat(id, path);
    if (Math.floor(stat.mode / 2 ** 31) % 2 === 0)
      throw new ApiError(400, 'extraction point is not a directory');
    if (!noOverwriteDirNonDir) throw new ApiError(500, 'the client asks for no such thing');
    const child = spawn('tar', ['-xf', '-', '-p', '-C', place], { stdio: ['pipe', 'ignore', 'ignore'] });
    const ended = new Promise((resolve) => child.on('close', resolve));
    await pipeline(Readable.from(tar), child.stdin);
    if ((await ended) !== 0) throw new ApiError(500, 'tar has failed');
  }

  #check(id: string): void {
    if (id !== 'web') throw new ApiError(404, `No such container: ${id}`);
  }

  /** Links before the last element are followed; the last is when a slash comes after it. */
  #stat(id: string, path: string): { stat: PathStat; place: string } {
    if (path === '') throw new ApiError(400, "bad parameter: 'path' cannot be empty");
    const place = this.#follow(path);
    if (place === undefined || !existsSync(dirname(place)) || !lstatSync(place, { throwIfNoEntry: false }))
      throw new ApiError(404, `Could not find the file ${path} in container ${id}`);
    const found = lstatSync(place);
    const type = found.isDirectory()
      ? 2 ** 31
      : found.isSymbolicLink()
        ? 2 ** 27
        : found.isFile()
          ? 0
          : 2 ** 26;
    const stat = {
      name: basename(path),
      size: found.size,
      mode: type + (found.mode & 0o777),
      mtime: found.mtime.toISOString(),
      linkTarget: found.isSymbolicLink() ? this.#target(place) : '',
    };
    return { stat, place };
  }

  #target(place: string): string {
    const target = readlinkSync(place);
    return target.startsWith('/') ? target : join('/', dirname(place.slice(this.#root.length)), target);
  }

  #follow(path: string): string | undefined {
    const ahead = path.split('/').filter((part) => part !== '' && part !== '.');
    const whole = /\/\.?$/.test(path);
    let place = this.#root;
    for (let steps = 0; ahead.length > 0 && steps < 50; steps++) {
      const next = join(place, ahead.shift() ?? '');
      const last = ahead.length === 0 && !whole;
      const found = lstatSync(next, { throwIfNoEntry: false });
      if (!found) return last || ahead.length === 0 ? next : undefined;
      if (!found.isSymbolicLink() || last) place = next;
      else {
        ahead.unshift(...this.#target(next).split('/').filter(Boolean));
        place = this.#root;
      }
    }
    return place;
  }
}
