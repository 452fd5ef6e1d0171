import { string } from './kinds.ts';

const more =
  "'json':             Print in JSON format\n" +
  "'TEMPLATE':         Print output using the given Go template.\n" +
  'Refer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates';

/** `--format` of a command that prints a table without it. */
export const listFormatFlag = string(
  'Format output using a custom template:\n' +
    "'table':            Print output in table format with column headers (default)\n" +
    "'table TEMPLATE':   Print output in table format using the given Go template\n" +
    more,
);

/** What is said of it by a command that prints an object, or one after the other. */
export const objectFormatText = `Format output using a custom template:\n${more}`;

/** `--format` of a command that prints one object. */
export const objectFormatFlag = string(objectFormatText, { short: 'f' });
