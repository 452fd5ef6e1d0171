import type { Route } from './route.ts';

interface Compiled {
  readonly route: Route;
  readonly pattern: RegExp;
}

export interface Match {
  readonly route: Route;
  readonly path: Record<string, string>;
  /** The version in the path, if any. */
  readonly version: string | undefined;
}

/** Finds routes: the first that fits wins, each with and without a version before it. */
export class Router {
  readonly #routes: readonly Compiled[];

  constructor(table: readonly Route[]) {
    this.#routes = table.map((route) => ({ route, pattern: compile(route.path) }));
  }

  find(method: string, path: string): Match | undefined {
    for (const { route, pattern } of this.#routes) {
      if (route.method !== method) continue;
      const match = pattern.exec(path);
      if (match) {
        const { version, ...variables } = match.groups ?? {};
        return { route, path: variables, version };
      }
    }
    return undefined;
  }
}

/** `{name}`, `{name:.*}`, `{name:.+}`; the rest is taken literally. */
function compile(path: string): RegExp {
  const source = path
    .split(/(\{\w+(?::[^}]+)?\})/)
    .map((part) => {
      const [, name, pattern = '[^/]+'] = /^\{(\w+)(?::([^}]+))?\}$/.exec(part) ?? [];
      return name === undefined
        ? part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
        : `(?<${name}>${pattern})`;
    })
    .join('');
  return new RegExp(`^(?:/v(?<version>[0-9.]+))?${source}$`, 's');
}
