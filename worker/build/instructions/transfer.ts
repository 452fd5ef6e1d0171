import { invalid } from '../../oci/errors.ts';
import { listArguments } from '../syntax/arguments.ts';
import type { Statement } from '../syntax/dockerfile.ts';
import { parseHeredoc } from '../syntax/heredoc.ts';
import type { FlagKind, Flags } from './flags.ts';
import type { Transfer } from './instruction.ts';

export const transferFlags: Readonly<Record<string, FlagKind>> = {
  chown: 'text',
  chmod: 'text',
  link: 'switch',
  exclude: 'list',
};

/** What ADD and COPY have in common. */
export function parseTransfer(statement: Statement, name: string, flags: Flags): Transfer {
  const { words } = listArguments(statement.rest);
  const destination = words.pop();
  if (destination === undefined || words.length === 0)
    throw invalid(
      `${name} requires at least two arguments, but only one was provided. Destination could not be determined`,
    );
  const isHeredoc = (word: string) => statement.heredocs.length > 0 && parseHeredoc(word) !== undefined;
  if (isHeredoc(destination)) throw invalid(`${name} cannot accept a heredoc as a destination`);
  return {
    sources: words.filter((word) => !isHeredoc(word)),
    contents: statement.heredocs,
    destination,
    chown: flags.text('chown'),
    chmod: flags.text('chmod'),
    link: flags.isSet('link'),
    excludes: flags.list('exclude'),
    parents: flags.isSet('parents'),
  };
}
