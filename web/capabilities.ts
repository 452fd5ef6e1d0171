interface Capability {
  name: string;
  isIn(scope: Scope): boolean;
}

interface Scope {
  WebAssembly?: unknown;
  Worker?: unknown;
  indexedDB?: unknown;
  DecompressionStream?: unknown;
  BigInt?: unknown;
  AbortSignal?: { any?: unknown };
  crypto?: { subtle?: unknown };
  origin?: string;
}

const capabilities: Capability[] = [
  { name: 'WebAssembly', isIn: (scope) => scope.WebAssembly !== undefined },
  { name: 'Web Workers', isIn: (scope) => scope.Worker !== undefined },
  { name: 'IndexedDB', isIn: (scope) => Boolean(scope.indexedDB) },
  { name: 'DecompressionStream', isIn: (scope) => scope.DecompressionStream !== undefined },
  { name: 'BigInt', isIn: (scope) => scope.BigInt !== undefined },
  { name: 'AbortSignal.any', isIn: (scope) => scope.AbortSignal?.any !== undefined },
  {
    name: 'Web Crypto (this page, and one that frames it, must come over https or from localhost)',
    isIn: (scope) => scope.crypto?.subtle !== undefined,
  },
  {
    name: 'an origin of its own (a sandboxed frame needs allow-same-origin)',
    isIn: (scope) => scope.origin !== 'null',
  },
];

/** What the machine needs and this browser, or the frame the page is in, does not have; in words for people. */
export function missingCapabilities(scope: Scope = globalThis): string[] {
  return capabilities.filter((capability) => !capability.isIn(scope)).map(({ name }) => name);
}
