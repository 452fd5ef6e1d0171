import { cut } from '../flags/kinds.ts';
import { resolveDotted } from '../path.ts';

/** What `--volume` asks for: volumes without a name, by their paths, and binds as the engine takes them. */
export interface VolumeOptions {
  readonly volumes: Record<string, object>;
  readonly binds: string[];
}

/** @throws Error in Docker's words */
export function readVolumes(texts: readonly string[], directory: string): VolumeOptions {
  const volumes: Record<string, object> = {};
  const binds: string[] = [];
  for (const text of new Set(texts)) {
    const source = sourceOf(text);
    if (source === '') volumes[text] = {};
    else binds.push(isPath(source) ? absoluteBind(text, directory) : text);
  }
  return { volumes, binds };
}

/** `source:target[:options]`; a volume of its own has no source. A letter before a colon is a drive of Windows. */
function sourceOf(text: string): string {
  if (text === '') throw new Error('invalid empty volume spec');
  if (text.length < 3) return '';
  const parts = sections(text);
  if (parts.includes('')) throw new Error(`invalid spec: ${text}: empty section between colons`);
  if (parts.length > 3) throw new Error(`invalid spec: ${text}: too many colons`);
  return parts.length > 1 ? (parts[0] ?? '') : '';
}

function sections(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (const character of text) {
    if (character !== ':' || /^\p{L}$/u.test(part)) part += character;
    else {
      parts.push(part);
      part = '';
    }
  }
  return [...parts, part];
}

function isPath(source: string): boolean {
  return /^[./~]/.test(source) || source.startsWith('\\\\') || /^\p{L}:/u.test(source);
}

function absoluteBind(text: string, directory: string): string {
  const [host, rest] = cut(text, ':');
  return rest === undefined ? text : `${resolveDotted(host, directory)}:${rest}`;
}
