import { invalid } from '../errors.ts';

const characters = '[a-zA-Z0-9][a-zA-Z0-9_.-]';
const pattern = new RegExp(`^${characters}+$`);

/** Parses a container's name, with or without a slash in front. */
export function parseContainerName(text: string): string {
  const name = text.replace(/^\//, '');
  if (!pattern.test(name)) throw invalid(`Invalid container name (${text}), only ${characters} are allowed`);
  return name;
}
