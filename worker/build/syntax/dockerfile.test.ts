import { array, assert, boolean, constantFrom, property, stringMatching } from 'fast-check';
import { expect, test } from 'vitest';
import { parseProgram } from '../instructions/parse.ts';
import { parseDockerfile } from './dockerfile.ts';

const sources = (text: string) => parseDockerfile(text).statements.map(({ source }) => source);

test('comments and blank lines are nothing, lines are joined', () => {
  const text = '# one\n\nFROM a\n  # two\nRUN x \\\n  # three\n  && y \\\n\n  && z\n';
  const dockerfile = parseDockerfile(text);
  expect(dockerfile.statements.map(({ source }) => source)).toEqual(['FROM a', 'RUN x   && y   && z']);
  expect(dockerfile.statements.map(({ firstLine, lastLine }) => [firstLine, lastLine])).toEqual([
    [3, 3],
    [5, 9],
  ]);
  expect(dockerfile.warnings).toEqual(['Empty continuation line found in: RUN x   && y   && z']);
});

test('an escaped escape at the end continues nothing', () => {
  expect(sources('RUN a\\\\\nRUN b')).toEqual(['RUN a\\\\', 'RUN b']);
});

test('directives stand before everything else', () => {
  const { escape, directives } = parseDockerfile('# escape=`\n# syntax=x/y:1\nRUN a `\nb');
  expect([escape, directives.get('syntax')]).toEqual(['`', 'x/y:1']);
  expect(parseDockerfile('# c\n# escape=`\nRUN a').escape).toBe('\\');
});

test('Windows line ends and a byte-order mark do not matter', () => {
  expect(sources('\uFEFFFROM a\r\nRUN b \\\r\n c\r\n')).toEqual(['FROM a', 'RUN b  c']);
});

test('heredocs belong to their instruction', () => {
  const text = 'COPY <<A <<-"B" /x\n$1\nA\n\t2\n\tB\nRUN <<EOF\necho\nEOF\nCMD ["<<no"]';
  const [copy, run, cmd] = parseDockerfile(text).statements;
  expect(copy?.heredocs).toEqual([
    { name: 'A', expand: true, chomp: false, content: '$1\n' },
    { name: 'B', expand: false, chomp: true, content: '\t2\n' },
  ]);
  expect(run?.heredocs.map(({ content }) => content)).toEqual(['echo\n']);
  expect(cmd?.heredocs).toEqual([]);
});

test.each([
  ['', 'file with no instructions'],
  ['# only\n', 'file with no instructions'],
  ['# escape=x\nFROM a', "invalid escape token 'x' does not match ` or \\"],
  ['# escape=`\n# escape=`\nFROM a', 'only one escape parser directive can be used'],
  ['FROM a\nRUN <<E\nx', 'unterminated heredoc'],
])('%j: %s', (text, problem) => {
  expect(() => parseDockerfile(text)).toThrow(problem);
});

// What a real engine answers to `docker build`.
test.each([
  ['FROM a\nFOO', 'line 2: unknown instruction: FOO (did you mean FROM?)'],
  ['FROM a\nNOSUCHTHING', 'line 2: unknown instruction: NOSUCHTHING'],
  ['FROM a b', 'line 1: FROM requires either one or three arguments'],
  [
    'FROM a AS 1',
    'line 1: invalid name for build stage: "1", name can\'t start with a number or contain symbols',
  ],
  ['FROM a\n\nENV', 'line 3: ENV requires at least one argument'],
  ['FROM a\nENV =b', 'line 2: ENV names can not be blank'],
  ['FROM a\nARG =b', 'line 2: ARG names can not be blank'],
  [
    'FROM a\nCOPY x',
    'line 2: COPY requires at least two arguments, but only one was provided. Destination could not be determined',
  ],
  ['FROM a\nCOPY --form=x a b', 'line 2: unknown flag: --form (did you mean from?)'],
  ['FROM a\nADD --chown a b', 'line 2: missing a value on flag: --chown'],
  ['FROM a\nCOPY --link=x a b', 'line 2: expecting boolean value for flag --link, not: x'],
  ['FROM a\nCOPY --from=x --from=y a b', 'line 2: duplicate flag specified: --from'],
  ['FROM a\nEXPOSE', 'line 2: EXPOSE requires at least one argument'],
  ['FROM a\nUSER', 'line 2: USER requires exactly one argument'],
  ['FROM a\nSHELL sh', 'line 2: SHELL requires the arguments to be in JSON form'],
  ['FROM a\nVOLUME ["a", " "]', 'line 2: VOLUME specified can not be an empty string'],
  ['FROM a\nONBUILD ONBUILD RUN a', "line 2: Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"],
  ['FROM a\nONBUILD FROM b', "line 2: FROM isn't allowed as an ONBUILD trigger"],
  ['FROM a\nHEALTHCHECK', 'line 2: HEALTHCHECK requires at least one argument'],
  ['FROM a\nHEALTHCHECK NONE x', 'line 2: HEALTHCHECK NONE takes no arguments'],
  ['FROM a\nHEALTHCHECK CMD', 'line 2: Missing command after HEALTHCHECK CMD'],
  ['FROM a\nHEALTHCHECK --interval=1 CMD x', 'line 2: time: missing unit in duration "1"'],
  ['FROM a\nHEALTHCHECK --interval=1us CMD x', 'line 2: Interval "interval" cannot be less than 1ms'],
  ['FROM a\nHEALTHCHECK --retries=-1 CMD x', 'line 2: --retries cannot be negative (-1)'],
  ['FROM a\nHEALTHCHECK CMT x', 'line 2: Unknown type "CMT" in HEALTHCHECK (try CMD)'],
])('%j: %s', (text, problem) => {
  expect(() => parseProgram(parseDockerfile(text))).toThrow(`dockerfile parse error on ${problem}`);
});

test.each([
  ['FROM a\nENV x', 'ENV must have two arguments'],
  ['FROM a\nENV a=b c', 'Syntax error - can\'t find = in "c". Must be of the form: name=value'],
  ['FROM a\nRUN [1]', 'when using JSON array syntax, arrays must be comprised of strings only'],
])('%j is no Dockerfile, wherever it says so: %s', (text, problem) => {
  expect(() => parseProgram(parseDockerfile(text))).toThrow(expect.objectContaining({ message: problem }));
});

test('instructions are understood', () => {
  const text = `ARG V
FROM --platform=linux/386 a AS One
ENV a=b "c d"=e f='g h'
ENV old way of it
RUN ["a", "b c"]
RUN --mount=type=tmpfs,target=/t a b
COPY --from=0 --chown=1:2 --exclude=*.md --exclude=x ["a b", "/c/"]
EXPOSE 90 80/udp
HEALTHCHECK --interval=1m30s --retries=3 CMD x y
ONBUILD COPY . /src
VOLUME /a /b`;
  const { globals, stages } = parseProgram(parseDockerfile(text));
  expect(globals).toMatchObject([{ args: [{ key: 'V', value: undefined }] }]);
  expect(stages).toMatchObject([{ base: 'a', name: 'one', platform: 'linux/386' }]);
  expect(stages[0]?.instructions).toMatchObject([
    {
      pairs: [
        { key: 'a', value: 'b' },
        { key: '"c d"', value: 'e' },
        { key: 'f', value: "'g h'" },
      ],
    },
    { pairs: [{ key: 'old', value: 'way of it' }] },
    { command: { words: ['a', 'b c'], shell: false } },
    { command: { words: ['a b'], shell: true }, mounts: ['type=tmpfs,target=/t'] },
    { sources: ['a b'], destination: '/c/', from: '0', chown: '1:2', excludes: ['*.md', 'x'] },
    { ports: ['80/udp', '90'] },
    { health: { Test: ['CMD-SHELL', 'x y'], Interval: 90e9, Retries: 3 } },
    { trigger: 'COPY . /src' },
    { volumes: ['/a', '/b'] },
  ]);
});

test('whatever is written is either understood or refused', () => {
  const piece = constantFrom(
    'FROM ',
    'RUN ',
    'a',
    '\\',
    '\n',
    ' ',
    '"',
    "'",
    '<<E',
    '[',
    '#',
    '=',
    '--x=',
    '\r',
  );
  assert(
    property(array(piece, { maxLength: 30 }), (pieces) => {
      try {
        const dockerfile = parseDockerfile(pieces.join(''));
        expect(dockerfile.statements.length).toBeGreaterThan(0);
        parseProgram(dockerfile);
      } catch (error) {
        expect(error).toMatchObject({ kind: 'invalid' });
      }
    }),
  );
});

test('words of a command survive, however its lines are broken', () => {
  const word = stringMatching(/^[a-z0-9/.&|-]{1,8}$/);
  assert(
    property(array(word, { minLength: 1 }), array(boolean()), (words, breaks) => {
      const text = words.map((one, i) => (breaks[i] ? `\\\n${one}` : one)).join(' ');
      const [statement] = parseDockerfile(`RUN x ${text}`).statements;
      expect(statement?.rest.split(/ +/)).toEqual(['x', ...words]);
    }),
  );
});
