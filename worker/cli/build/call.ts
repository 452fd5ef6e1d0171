import { readCsv } from '../../oci/csv.ts';
import type { OutlineItem, SolveAnswers } from '../../protocol/engine-api.ts';
import { StatusError } from '../errors.ts';
import { encodeBase64 } from '../text.ts';
import { excerpt } from './progress/failure.ts';

/** What `--call` and `--check` ask instead of a build. */
export interface BuildCall {
  readonly name: string;
  readonly isJson: boolean;
  /** Whether warnings are no failure. */
  readonly ignoresStatus: boolean;
}

/** https://github.com/docker/buildx/blob/v0.29.1/util/buildflags/call.go; undefined for a build. */
export function readCall(text: string, isCheck: boolean): BuildCall | undefined {
  let [name, format, ignoresStatus] = ['', '', false];
  for (const field of readCsv(text)) {
    const cut = field.indexOf('=');
    const [key, value] = cut < 0 ? [undefined, field] : [field.slice(0, cut), field.slice(cut + 1)];
    if (key === undefined && name !== '') throw mistake(`invalid print value: ${text}`);
    if (key === undefined) name = value;
    else if (key === 'format') format = value;
    else if (key === 'ignorestatus') ignoresStatus = readBool(value);
    else throw mistake(`invalid print field: ${field}`);
  }
  if (name === 'build' || name === '') name = isCheck ? 'check' : '';
  if (name === '') return undefined;
  return { name: name === 'lint' ? 'check' : name, isJson: format === 'json', ignoresStatus };
}

function readBool(text: string): boolean {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(text)) return true;
  if (/^(?:0|f|F|false|FALSE|False)$/.test(text)) return false;
  throw mistake(
    `invalid ignorestatus print value: ${text}: strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

function mistake(text: string): StatusError {
  return new StatusError(1, `ERROR: ${text}`);
}

/** What is printed, and what goes into the file of metadata. */
export interface CallResult {
  readonly out: string;
  readonly err: string;
  readonly code: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** `filename` is how the client calls the Dockerfile. */
export function callResult(answer: Partial<SolveAnswers>, call: BuildCall, filename: string): CallResult {
  if (answer.check !== undefined) return checkResult(answer.check, call, filename);
  const [json, text] =
    answer.targets !== undefined
      ? [targetsJson(answer.targets), targetsText(answer.targets)]
      : answer.outline !== undefined
        ? [outlineJson(answer.outline), outlineText(answer.outline)]
        : [describeJson, describeText];
  const metadata = { 'result.json': json, 'result.txt': text, version: '1.0.0' };
  return { out: call.isJson ? jsonText(json) : text, err: '', code: 0, metadata };
}

/** https://github.com/moby/buildkit/blob/v0.25.0/frontend/subrequests/lint/lint.go */
function checkResult(
  { warnings, source, error }: SolveAnswers['check'],
  { isJson, ignoresStatus }: BuildCall,
  filename: string,
): CallResult {
  const named = { ...source, filename };
  const violations = warnings
    .map(({ ruleName, url, detail, location }) => {
      const { start, end } = location.ranges[0] ?? { start: { line: 1 }, end: { line: 1 } };
      const lines = excerpt({ ...named, range: { first: start.line, last: end.line } });
      return `\nWARNING: ${ruleName}${url === '' ? '' : ` - ${url}`}\n${detail}\n${lines}`;
    })
    .join('');
  const json = {
    warnings: warnings.length === 0 ? null : warnings,
    sources: [{ filename: source.filename, data: base64(source.text), language: 'Dockerfile' }],
    ...(error && {
      buildError: { message: error.message, ...(error.lines && { location: at(error.lines) }) },
    }),
  };
  const isBad = warnings.length > 0 || error !== undefined;
  const gap = error !== undefined && warnings.length > 0 ? '\n' : '';
  const where = error?.lines === undefined ? '' : excerpt({ ...named, range: error.lines });
  const metadata = {
    'result.json': json,
    'result.statuscode': isBad ? '1' : '0',
    'result.txt': violations,
    version: '1.0.0',
  };
  return {
    out: isJson ? jsonText(json) : complete(warnings.length, error === undefined) + violations + gap,
    err: error === undefined ? '' : `ERROR: ${error.message}\n${where}\n`,
    code: error !== undefined || (isBad && !ignoresStatus) ? 1 : 0,
    metadata,
  };
}

function complete(count: number, isGood: boolean): string {
  if (count === 0) return isGood ? 'Check complete, no warnings found.\n' : '';
  return `Check complete, ${count === 1 ? '1 warning has' : `${count} warnings have`} been found!\n`;
}

const at = ({ first, last }: { first: number; last: number }) => ({
  ranges: [{ start: { line: first }, end: { line: last } }],
});

/** https://github.com/moby/buildkit/blob/v0.25.0/frontend/subrequests/targets/targets.go */
function targetsText({ targets }: SolveAnswers['targets']): string {
  const rows = targets.map(({ name, description, isDefault }) => [
    isDefault ? `${name} (default)`.trim() : name,
    description,
  ]);
  return table([['TARGET', 'DESCRIPTION'], ...rows], 1);
}

function targetsJson({ targets, source }: SolveAnswers['targets']): object {
  return {
    targets: targets.map(({ name, description, isDefault, base, platform, location }) => ({
      ...(name !== '' && { name }),
      ...(isDefault && { default: true }),
      ...(description !== '' && { description }),
      ...(base !== '' && { base }),
      ...(platform !== '' && { platform }),
      location,
    })),
    sources: [base64(source.text)],
  };
}

/** https://github.com/moby/buildkit/blob/v0.25.0/frontend/subrequests/outline/outline.go */
function outlineText({ name, description, args, secrets, ssh }: SolveAnswers['outline']): string {
  const about = [
    ...(name === '' ? [] : [['TARGET:', name]]),
    ...(description === '' ? [] : [['DESCRIPTION:', description]]),
  ];
  const told = args.map((arg) => [arg.name, arg.value ?? '', arg.description ?? '']);
  return [
    about.length === 0 ? '' : `${table(about, 1)}\n`,
    section(['BUILD ARG', 'VALUE', 'DESCRIPTION'], told),
    section(['SECRET', 'REQUIRED'], needed(secrets)),
    section(['SSH', 'REQUIRED'], needed(ssh)),
  ].join('');
}

function needed(items: readonly OutlineItem[]): string[][] {
  return items.map(({ name, required }) => [name, required ? 'true' : '']);
}

function section(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : `${table([head, ...rows], 3)}\n`;
}

function outlineJson({ name, description, args, secrets, ssh, source }: SolveAnswers['outline']): object {
  return {
    ...(name !== '' && { name }),
    ...(description !== '' && { description }),
    ...(args.length > 0 && { args: args.map(itemJson) }),
    ...(secrets.length > 0 && { secrets: secrets.map(itemJson) }),
    ...(ssh.length > 0 && { ssh: ssh.map(itemJson) }),
    sources: [base64(source.text)],
  };
}

function itemJson({ name, description, value, required, location }: OutlineItem): object {
  return {
    name,
    ...(description && { description }),
    ...(value && { value }),
    ...(required && { required }),
    location,
  };
}

const requests = [
  ['outline', 'List all parameters current build target supports'],
  ['targets', 'List all targets current build supports'],
  ['subrequests.describe', 'List available subrequest types'],
] as const;
const describeText = table(
  [['NAME', 'VERSION', 'DESCRIPTION'], ...requests.map(([name, about]) => [name, '1.0.0', about])],
  1,
);
const describeJson = requests.map(([name, description]) => ({
  name,
  version: '1.0.0',
  type: 'rpc',
  description,
}));

/** As Go's tabwriter: every cell but the last of a row is as wide as its column, and some blanks. */
function table(rows: readonly (readonly string[])[], padding: number): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === row.length - 1 ? cell : cell.padEnd((widths[column] ?? 0) + padding),
        )
        .join(''),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function base64(text: string): string {
  return encodeBase64(new TextEncoder().encode(text));
}
