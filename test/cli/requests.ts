import type { EngineApi, ImportOptions } from '../../worker/protocol/engine-api.ts';

type Query = Record<string, unknown>;
/** Method, path and query of the request that an operation is over HTTP, by its arguments. */
type Request = readonly [method: string, path: string, query?: Query];

const requests: { readonly [K in keyof EngineApi]?: (...args: Parameters<EngineApi[K]>) => Request } = {
  version: () => ['GET', '/version'],
  info: () => ['GET', '/info'],
  events: ({ since, until, filters } = {}) => ['GET', '/events', { since, until, filters }],
  diskUsage: () => ['GET', '/system/df'],
  containerCreate: (_, { name, platform } = {}) => ['POST', '/containers/create', { name, platform }],
  containerStart: (id) => ['POST', `/containers/${id}/start`],
  containerStop: (id, { timeout, signal } = {}) => ['POST', `/containers/${id}/stop`, { t: timeout, signal }],
  containerRestart: (id, { timeout, signal } = {}) => [
    'POST',
    `/containers/${id}/restart`,
    { t: timeout, signal },
  ],
  containerKill: (id, { signal } = {}) => ['POST', `/containers/${id}/kill`, { signal }],
  containerPause: (id) => ['POST', `/containers/${id}/pause`],
  containerUnpause: (id) => ['POST', `/containers/${id}/unpause`],
  containerResize: (id, size) => ['POST', `/containers/${id}/resize`, { ...size }],
  containerRename: (id, name) => ['POST', `/containers/${id}/rename`, { name }],
  containerUpdate: (id) => ['POST', `/containers/${id}/update`],
  containerDelete: (id, { force, v, link } = {}) => ['DELETE', `/containers/${id}`, { force, v, link }],
  containerPrune: ({ filters } = {}) => ['POST', '/containers/prune', { filters }],
  containerList: ({ all, limit, size, filters } = {}) => [
    'GET',
    '/containers/json',
    { all, limit, size, filters },
  ],
  containerInspect: (id, { size } = {}) => ['GET', `/containers/${id}/json`, { size }],
  containerTop: (id, { ps_args } = {}) => ['GET', `/containers/${id}/top`, { ps_args }],
  containerChanges: (id) => ['GET', `/containers/${id}/changes`],
  containerStats: (id, { stream }) => ['GET', `/containers/${id}/stats`, { stream: stream ? '1' : '0' }],
  containerLogs: (id, options) => ['GET', `/containers/${id}/logs`, { ...options }],
  containerAttach: (id, { stream, stdin, stdout, stderr, logs, detachKeys }) => [
    'POST',
    `/containers/${id}/attach`,
    { stream, stdin, stdout, stderr, logs, detachKeys },
  ],
  containerWait: (id, condition) => [
    'POST',
    `/containers/${id}/wait`,
    { condition: condition === 'not-running' ? undefined : condition },
  ],
  containerExport: (id) => ['GET', `/containers/${id}/export`],
  containerPathStat: (id, path) => ['HEAD', `/containers/${id}/archive`, { path }],
  containerGetArchive: (id, path) => ['GET', `/containers/${id}/archive`, { path }],
  containerPutArchive: (id, path, _, { noOverwriteDirNonDir, copyUIDGID } = {}) => [
    'PUT',
    `/containers/${id}/archive`,
    { path, noOverwriteDirNonDir: noOverwriteDirNonDir ? 'true' : undefined, copyUIDGID },
  ],
  execCreate: (id) => ['POST', `/containers/${id}/exec`],
  execStart: (id) => ['POST', `/exec/${id}/start`],
  execResize: (id, size) => ['POST', `/exec/${id}/resize`, { ...size }],
  execInspect: (id) => ['GET', `/exec/${id}/json`],
  imageList: ({ all, filters } = {}) => ['GET', '/images/json', { all, filters }],
  imageInspect: (name) => ['GET', `/images/${name}/json`],
  imageCreate: ({ fromImage, tag, platform }) => ['POST', '/images/create', { fromImage, tag, platform }],
  imageHistory: (name) => ['GET', `/images/${name}/history`],
  imageSave: (names) => ['GET', '/images/get', { names: names.join(',') }],
  imageImport: (_, options = {}) => ['POST', '/images/create', imported('-', options)],
  imageImportFrom: (address, options = {}) => ['POST', '/images/create', imported(address, options)],
  containerCommit: (container, { repo, tag, comment, author, pause, changes } = {}) => [
    'POST',
    '/commit',
    {
      container,
      repo,
      tag,
      comment,
      author,
      changes: changes?.join('\n'),
      pause: pause === false ? '0' : undefined,
    },
  ],
  imageTag: (name, { repo, tag }) => ['POST', `/images/${name}/tag`, { repo, tag }],
  imageDelete: (name, { force, noprune } = {}) => ['DELETE', `/images/${name}`, { force, noprune }],
  imagePrune: ({ filters } = {}) => ['POST', '/images/prune', { filters }],
  imageLoad: (_, { quiet } = {}) => ['POST', '/images/load', { quiet }],
  networkList: ({ filters } = {}) => ['GET', '/networks', { filters }],
  networkInspect: (id, { verbose } = {}) => ['GET', `/networks/${id}`, { verbose }],
  networkCreate: () => ['POST', '/networks/create'],
  networkConnect: (id) => ['POST', `/networks/${id}/connect`],
  networkDisconnect: (id) => ['POST', `/networks/${id}/disconnect`],
  networkRemove: (id) => ['DELETE', `/networks/${id}`],
  networkPrune: ({ filters } = {}) => ['POST', '/networks/prune', { filters }],
  volumeList: ({ filters } = {}) => ['GET', '/volumes', { filters }],
  volumeInspect: (name) => ['GET', `/volumes/${name}`],
  volumeCreate: () => ['POST', '/volumes/create'],
  volumeRemove: (name, { force } = {}) => ['DELETE', `/volumes/${name}`, { force }],
  volumePrune: ({ filters } = {}) => ['POST', '/volumes/prune', { filters }],
};

function written([method, path, query = {}]: Request): string {
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([key, value]) => `${key}=${encodeURIComponent(text(value))}`);
  return `${method} ${path}${pairs.length > 0 ? `?${pairs.sort().join('&')}` : ''}`;
}

/** Filters are sets. */
function text(value: unknown): string {
  if (typeof value !== 'object') return value === true ? '1' : `${value as string | number}`;
  const sets = Object.entries(value as Record<string, string[]>).map(([name, values]) => [
    name,
    Object.fromEntries(values.map((one) => [one, true])),
  ]);
  return JSON.stringify(Object.fromEntries(sets));
}

function imported(fromSrc: string, { repo, tag, message, changes, platform }: ImportOptions): Query {
  return { fromSrc, repo, tag, message, platform, changes: changes?.join('\n') };
}

/** Operations that ask for others on their way. */
const composed: ReadonlySet<string> = new Set(['diskUsage']);

/**
 * Has an engine note what it is asked, as the requests that a client over HTTP would send; what it asks itself on the way
 * is none.
 */
export function noteRequests(engine: EngineApi): string[] {
  const noted: string[] = [];
  let composing = 0;
  const operations = engine as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const [name, request] of Object.entries(requests)) {
    const original = operations[name]?.bind(engine);
    if (!original) continue;
    operations[name] = async (...args) => {
      if (composing === 0) noted.push(written((request as (...args: unknown[]) => Request)(...args)));
      if (!composed.has(name)) return original(...args);
      composing++;
      try {
        return await original(...args);
      } finally {
        composing--;
      }
    };
  }
  return noted;
}
