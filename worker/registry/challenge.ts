/** One way that a server offers to be authenticated to. https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1 */
export interface Challenge {
  /** In lower case: `bearer`, `basic`, ... */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+/;
const quoted = /^"((?:[^"\\]|\\.)*)"/;

/** Parses `WWW-Authenticate`. What cannot be understood ends the list: what came before is kept. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  let rest = header.trim();
  while (rest !== '') {
    const scheme = token.exec(rest)?.[0];
    if (scheme === undefined) break;
    const parameters = new Map<string, string>();
    rest = takeParameters(rest.slice(scheme.length).trimStart(), parameters);
    challenges.push({ scheme: scheme.toLowerCase(), parameters });
  }
  return challenges;
}

/** Returns what follows the parameters: the next challenge, or nothing. */
function takeParameters(text: string, into: Map<string, string>): string {
  let rest = text;
  for (;;) {
    rest = rest.replace(/^[\s,]+/, '');
    const parameter = takeParameter(rest);
    if (parameter === undefined) return rest;
    into.set(parameter.name, parameter.value);
    rest = parameter.rest;
  }
}

function takeParameter(text: string): { name: string; value: string; rest: string } | undefined {
  const name = token.exec(text)?.[0];
  const after = name === undefined ? '' : text.slice(name.length).trimStart();
  if (name === undefined || !after.startsWith('=')) return undefined;
  const rest = after.slice(1).trimStart();
  const inQuotes = quoted.exec(rest);
  const value = inQuotes?.[0] ?? token.exec(rest)?.[0] ?? '';
  const unescaped = inQuotes ? (inQuotes[1] ?? '').replace(/\\(.)/gs, '$1') : value;
  return { name: name.toLowerCase(), value: unescaped, rest: rest.slice(value.length) };
}
