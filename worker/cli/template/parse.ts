import { lex } from './lex.ts';
import { readChar, readNumber, readString } from './literals.ts';
import type { Command, ControlNode, Node, NumberNode, Operand, Pipe, Template } from './nodes.ts';
import { nodeText } from './nodes.ts';
import { TemplateError, tokenName } from './token.ts';
import type { Token, TokenKind } from './token.ts';

/** @throws TemplateError */
export function parseTemplate(name: string, source: string, functions: ReadonlySet<string>): Template {
  return new Parser(name, source, functions).run();
}

/** What ends a list of nodes. */
type Ending = '{{end}}' | '{{else}}';
interface List {
  readonly nodes: Node[];
  readonly ending: Ending;
}

type Control = 'if' | 'with' | 'range';

const operandKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'char',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'string',
  'variable',
  '(',
]);

class Parser {
  readonly #name: string;
  readonly #source: string;
  readonly #functions: ReadonlySet<string>;
  readonly #tokens: Token[];
  readonly #defined = new Map<string, readonly Node[]>();
  #variables: string[] = ['$'];
  #ranges = 0;
  #at = 0;
  /** The token that was looked at last. */
  #seen: Token | undefined;
  #actionLine = 0;

  constructor(name: string, source: string, functions: ReadonlySet<string>) {
    this.#name = name;
    this.#source = source;
    this.#functions = functions;
    this.#tokens = lex(source);
  }

  run(): Template {
    const body: Node[] = [];
    while (this.#peek().kind !== 'end') {
      if (this.#startsDefinition()) {
        this.#define();
        continue;
      }
      const node = this.#textOrAction();
      if (typeof node === 'string') this.#fail(`unexpected ${node}`);
      body.push(node);
    }
    return { name: this.#name, source: this.#source, body, defined: this.#defined };
  }

  #startsDefinition(): boolean {
    if (this.#peek().kind !== 'open') return false;
    const start = this.#at;
    this.#next();
    const { kind, text } = this.#nextNonSpace();
    if (kind === 'keyword' && text === 'define') return true;
    this.#at = start;
    return false;
  }

  /** Up to `{{end}}` or `{{else`, which are eaten. */
  #list(): List {
    const nodes: Node[] = [];
    while (this.#peekNonSpace().kind !== 'end') {
      const node = this.#textOrAction();
      if (typeof node === 'string') return { nodes, ending: node };
      nodes.push(node);
    }
    return this.#fail('unexpected EOF');
  }

  #textOrAction(): Node | Ending {
    const token = this.#nextNonSpace();
    if (token.kind === 'text') return { kind: 'text', text: token.text };
    if (token.kind !== 'open') return this.#unexpected(token, 'input');
    this.#actionLine = token.line;
    const node = this.#action();
    this.#actionLine = 0;
    return node;
  }

  #action(): Node | Ending {
    const start = this.#at;
    const token = this.#nextNonSpace();
    switch (token.kind === 'keyword' ? token.text : '') {
      case 'end':
        this.#expect('close', 'end');
        return '{{end}}';
      case 'else':
        return this.#else();
      case 'if':
      case 'with':
      case 'range':
        return this.#control(token.text as Control);
      case 'block':
        return this.#block();
      case 'template':
        return this.#include();
      case 'break':
      case 'continue':
        return this.#leaveRange(token.text as 'break' | 'continue');
      default:
        this.#at = start;
        return { kind: 'action', at: this.#peek().at, pipe: this.#pipe('command', 'close') };
    }
  }

  #leaveRange(kind: 'break' | 'continue'): Node {
    const token = this.#nextNonSpace();
    if (token.kind !== 'close') this.#unexpected(token, `{{${kind}}}`);
    if (this.#ranges === 0) this.#fail(`{{${kind}}} outside {{range}}`);
    return { kind };
  }

  /** Before `if` and `with` nothing more is eaten: they are controls of their own in the other branch. */
  #else(): Ending {
    const { kind, text } = this.#peekNonSpace();
    if (kind !== 'keyword' || (text !== 'if' && text !== 'with')) this.#expect('close', 'else');
    return '{{else}}';
  }

  #control(kind: Control): ControlNode {
    const outer = this.#variables.length;
    const pipe = this.#pipe(kind, 'close');
    const at = pipe.at;
    if (kind === 'range') this.#ranges++;
    const { nodes: body, ending } = this.#list();
    if (kind === 'range') this.#ranges--;
    const otherwise = ending === '{{else}}' ? this.#otherwise(kind) : [];
    this.#variables.length = outer;
    return { kind, at, pipe, body, otherwise };
  }

  #otherwise(kind: Control): Node[] {
    const { kind: next, text } = this.#peek();
    if (kind !== 'range' && next === 'keyword' && text === kind) {
      this.#next();
      return [this.#control(kind)];
    }
    const { nodes, ending } = this.#list();
    if (ending !== '{{end}}') this.#fail(`expected end; found ${ending}`);
    return nodes;
  }

  #define(): void {
    const context = 'define clause';
    const name = this.#templateName(this.#nextNonSpace(), context);
    this.#expect('close', context);
    this.#add(name, this.#separately(context));
  }

  #block(): Node {
    const context = 'block clause';
    const token = this.#nextNonSpace();
    const name = this.#templateName(token, context);
    const pipe = this.#pipe(context, 'close');
    this.#add(name, this.#separately(context));
    return { kind: 'template', name, pipe, at: token.at };
  }

  /** The body of a definition, which knows no variables from around it. */
  #separately(context: string): Node[] {
    const outer = [this.#variables, this.#ranges] as const;
    [this.#variables, this.#ranges] = [['$'], 0];
    const { nodes, ending } = this.#list();
    if (ending !== '{{end}}') this.#fail(`unexpected ${ending} in ${context}`);
    [this.#variables, this.#ranges] = outer;
    return nodes;
  }

  #add(name: string, nodes: readonly Node[]): void {
    const before = this.#defined.get(name);
    if (before && !isEmpty(before) && !isEmpty(nodes)) {
      this.#fail(`template: multiple definition of template ${JSON.stringify(name)}`);
    }
    if (!before || isEmpty(before)) this.#defined.set(name, nodes);
  }

  #include(): Node {
    const context = 'template clause';
    const token = this.#nextNonSpace();
    const name = this.#templateName(token, context);
    const start = this.#at;
    if (this.#nextNonSpace().kind === 'close')
      return { kind: 'template', name, pipe: undefined, at: token.at };
    this.#at = start;
    return { kind: 'template', name, pipe: this.#pipe(context, 'close'), at: token.at };
  }

  #templateName(token: Token, context: string): string {
    if (token.kind !== 'string') this.#unexpected(token, context);
    return readString(token.text) ?? this.#fail('invalid syntax');
  }

  #pipe(context: string, closing: TokenKind): Pipe {
    const { at } = this.#peekNonSpace();
    const { declared, assigns } = this.#declaration(context);
    const commands: Command[] = [];
    for (;;) {
      const start = this.#at;
      const token = this.#nextNonSpace();
      if (token.kind === closing) break;
      if (!operandKinds.has(token.kind)) this.#unexpected(token, context);
      this.#at = start;
      commands.push(this.#command());
    }
    this.#checkPipe(commands, context);
    return { kind: 'pipe', at, declared, assigns, commands };
  }

  /** `$a :=`, `$a =`, and of a range `$a, $b :=`. */
  #declaration(context: string): { declared: string[]; assigns: boolean } {
    const declared: string[] = [];
    for (;;) {
      const start = this.#at;
      const variable = this.#peekNonSpace();
      if (variable.kind !== 'variable') return { declared, assigns: false };
      this.#nextNonSpace();
      const next = this.#nextNonSpace();
      const comma = next.kind === 'other' && next.text === ',';
      if (next.kind !== '=' && next.kind !== ':=' && !comma) {
        this.#at = start;
        return { declared, assigns: false };
      }
      declared.push(variable.text);
      this.#variables.push(variable.text);
      if (!comma) return { declared, assigns: next.kind === '=' };
      this.#checkComma(context, declared.length);
    }
  }

  #checkComma(context: string, count: number): void {
    if (context !== 'range' || count > 1) this.#fail(`too many declarations in ${context}`);
    if (!['variable', 'close', ')'].includes(this.#peekNonSpace().kind)) {
      this.#fail('range can only initialize variables');
    }
  }

  /** A value that is no function can only come first. */
  #checkPipe(commands: readonly Command[], context: string): void {
    if (commands.length === 0) this.#fail(`missing value for ${context}`);
    commands.slice(1).forEach(({ operands: [first] }, index) => {
      if (first && ['bool', 'dot', 'nil', 'number', 'string'].includes(first.kind)) {
        this.#fail(`non executable command in pipeline stage ${index + 2}`);
      }
    });
  }

  #command(): Command {
    const { at } = this.#peekNonSpace();
    const operands: Operand[] = [];
    for (;;) {
      this.#skipSpaces();
      const operand = this.#operand();
      if (operand) operands.push(operand);
      const token = this.#next();
      if (token.kind === 'space') continue;
      if (token.kind === 'close' || token.kind === ')') this.#at--;
      else if (token.kind !== '|') this.#unexpected(token, 'operand');
      break;
    }
    if (operands.length === 0) this.#fail('empty command');
    return { kind: 'command', at, operands };
  }

  #operand(): Operand | undefined {
    const term = this.#term();
    const { at, kind } = this.#peek();
    if (!term || kind !== 'field') return term;
    const fields: string[] = [];
    while (this.#peek().kind === 'field') fields.push(this.#next().text.slice(1));
    if (term.kind === 'field') return { ...term, at, fields: [...term.fields, ...fields] };
    if (term.kind === 'variable') return { ...term, at, fields };
    if (term.kind === 'pipe' || term.kind === 'identifier') return { kind: 'chain', of: term, fields, at };
    return this.#fail(`unexpected . after term ${JSON.stringify(nodeText(term))}`);
  }

  #term(): Operand | undefined {
    const start = this.#at;
    const { kind, text, at } = this.#nextNonSpace();
    switch (kind) {
      case 'dot':
      case 'nil':
        return { kind, at };
      case 'bool':
        return { kind, at, value: text === 'true' };
      case 'field':
        return { kind, at, fields: [text.slice(1)] };
      case 'variable':
        this.#checkVariable(text);
        return { kind, at, name: text, fields: [] };
      case 'string':
        return { kind, at, source: text, value: readString(text) ?? this.#fail('invalid syntax') };
      case 'char':
      case 'number':
        return this.#number(kind, text, at);
      case 'identifier':
        if (!this.#functions.has(text)) this.#fail(`function ${JSON.stringify(text)} not defined`);
        return { kind, at, name: text };
      case '(':
        return this.#pipe('parenthesized pipeline', ')');
      default:
        this.#at = start;
        return undefined;
    }
  }

  #number(kind: 'char' | 'number', source: string, at: number): NumberNode {
    try {
      if (kind === 'char') {
        return { kind: 'number', at, source, value: readChar(source), integer: true, float: false };
      }
      return { kind: 'number', at, source, ...readNumber(source) };
    } catch (error) {
      return this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  #checkVariable(name: string): void {
    if (!this.#variables.includes(name)) this.#fail(`undefined variable ${JSON.stringify(name)}`);
  }

  #peek(): Token {
    this.#seen = this.#tokens[Math.min(this.#at, this.#tokens.length - 1)];
    return this.#seen as Token;
  }

  #next(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #skipSpaces(): void {
    while (this.#peek().kind === 'space') this.#at++;
  }

  #peekNonSpace(): Token {
    this.#skipSpaces();
    return this.#peek();
  }

  #nextNonSpace(): Token {
    this.#skipSpaces();
    return this.#next();
  }

  #expect(kind: TokenKind, context: string): void {
    const token = this.#nextNonSpace();
    if (token.kind !== kind) this.#unexpected(token, context);
  }

  #unexpected(token: Token, context: string): never {
    if (token.kind !== 'error') return this.#fail(`unexpected ${tokenName(token)} in ${context}`);
    const elsewhere = this.#actionLine !== 0 && this.#actionLine !== token.line;
    const started = ` started at ${this.#name}:${this.#actionLine}`;
    const where = token.text.endsWith(' action') ? started : ` in action${started}`;
    return this.#fail(token.text + (elsewhere ? where : ''));
  }

  #fail(why: string): never {
    throw new TemplateError(`template: ${this.#name}:${this.#seen?.line ?? 1}: ${why}`);
  }
}

/** Only white space. */
function isEmpty(nodes: readonly Node[]): boolean {
  return nodes.every((node) => node.kind === 'text' && node.text.trim() === '');
}
