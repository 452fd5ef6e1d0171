import { invalid } from '../oci/errors.ts';

/**
 * The regular expression of a shell pattern (`*`, `?`, `\` before a character that is meant itself), in which `*` takes
 * as much as there is or as little as will do. Fails with `invalid` on an escape that there is not.
 */
export function patternExpression(
  pattern: string,
  { greedy, anchored }: { greedy: boolean; anchored: boolean },
): RegExp {
  let source = anchored ? '^' : '';
  const characters = Array.from(pattern);
  for (let i = 0; i < characters.length; i += 1) {
    const character = characters[i] ?? '';
    if (character === '*') source += greedy ? '.*' : '.*?';
    else if (character === '?') source += '.';
    else if (character !== '\\') source += literal(character);
    else source += literal(escaped(characters[(i += 1)]));
  }
  return new RegExp(source, 'su');
}

/** Takes what the pattern matches off the beginning. */
export function withoutPrefix(pattern: string, value: string, greedy: boolean): string {
  const found = expression(pattern, { greedy, anchored: true }).exec(value);
  return found === null ? value : value.slice(found[0].length);
}

/** The same at the end: the shortest match there is found from the end only, so both are turned round. */
export function withoutSuffix(pattern: string, value: string, greedy: boolean): string {
  return turned(withoutPrefix(turnedPattern(pattern), turned(value), greedy));
}

export function replaced(pattern: string, value: string, replacement: string, all: boolean): string {
  const { source } = expression(pattern, { greedy: true, anchored: false });
  return value.replace(new RegExp(source, all ? 'gsu' : 'su'), () => replacement);
}

function expression(pattern: string, how: { greedy: boolean; anchored: boolean }): RegExp {
  try {
    return patternExpression(pattern, how);
  } catch (error) {
    throw invalid(`invalid pattern (${pattern}) in substitution: ${(error as Error).message}`);
  }
}

function escaped(character: string | undefined): string {
  if (character === undefined) throw invalid('invalid escape at the end of the pattern');
  if (!'*?\\/'.includes(character)) throw invalid(`invalid escape '\\${character}'`);
  return character;
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');
}

function turned(text: string): string {
  return Array.from(text).reverse().join('');
}

/** An escape stays before its character. */
function turnedPattern(pattern: string): string {
  return (pattern.match(/\\.|./gsu) ?? []).reverse().join('');
}
