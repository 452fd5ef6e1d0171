import { lex } from './lex.ts';
import { readChar, readNumber, readString } from './literals.ts';
import type { Command, Node, Operand, Pipe, Template } from './nodes.ts';
import { syntaxError } from './token.ts';
import type { Token, TokenKind } from './token.ts';

/** @throws TemplateError */
export function parseTemplate(source: string, functions: ReadonlySet<string>): Template {
  return new Parser(source, functions).run();
}

type Ending = 'end' | 'else';
interface List {
  readonly nodes: Node[];
  readonly ending: Ending | undefined;
}

class Parser {
  readonly #source: string;
  readonly #functions: ReadonlySet<string>;
  readonly #tokens: Token[];
  readonly #defined = new Map<string, Node[]>();
  #variables: string[] = ['$'];
  #ranges = 0;
  #at = 0;

  constructor(source: string, functions: ReadonlySet<string>) {
    this.#source = source;
    this.#functions = functions;
    this.#tokens = lex(source);
  }

  run(): Template {
    const { nodes, ending } = this.#list();
    if (ending) this.#fail(`unexpected {{${ending}}}`);
    return { source: this.#source, body: nodes, defined: this.#defined };
  }

  /** Up to `{{end}}`, `{{else`, which are eaten, or the end of the text. */
  #list(): List {
    const nodes: Node[] = [];
    for (;;) {
      const token = this.#next();
      if (token.kind === 'end') return { nodes, ending: undefined };
      if (token.kind === 'text') nodes.push({ kind: 'text', text: token.text });
      else {
        const ending = this.#action(nodes);
        if (ending) return { nodes, ending };
      }
    }
  }

  #action(nodes: Node[]): Ending | undefined {
    const { kind, text } = this.#peek();
    const keyword = kind === 'identifier' ? text : '';
    switch (keyword) {
      case 'end':
        this.#next();
        this.#expect('close', 'end');
        return 'end';
      case 'else':
        this.#next();
        return 'else';
      case 'if':
      case 'with':
      case 'range':
        this.#next();
        nodes.push(this.#control(keyword));
        return undefined;
      case 'define':
        this.#next();
        this.#define();
        return undefined;
      case 'block':
        this.#next();
        nodes.push(this.#block());
        return undefined;
      case 'template':
        this.#next();
        nodes.push(this.#include());
        return undefined;
      case 'break':
      case 'continue':
        this.#next();
        if (this.#ranges === 0) this.#fail(`{{${keyword}}} outside {{range}}`);
        this.#expect('close', `{{${keyword}}}`);
        nodes.push({ kind: keyword });
        return undefined;
      default:
        nodes.push({ kind: 'action', pipe: this.#pipe('command', 'close') });
        return undefined;
    }
  }

  #control(kind: 'if' | 'with' | 'range'): Node {
    const outer = this.#variables.length;
    const pipe = this.#pipe(kind, 'close');
    if (kind === 'range') this.#ranges++;
    const { nodes: body, ending } = this.#list();
    if (kind === 'range') this.#ranges--;
    const otherwise = ending === 'else' ? this.#otherwise(kind) : [];
    if (!ending) this.#fail('unexpected EOF');
    this.#variables.length = outer;
    return { kind, pipe, body, otherwise };
  }

  /** `{{else}}` or `{{else if ...}}`, which stands for an `if` of its own in the else branch. */
  #otherwise(kind: 'if' | 'with' | 'range'): Node[] {
    const token = this.#peek();
    if (kind !== 'range' && token.kind === 'identifier' && token.text === kind) {
      this.#next();
      return [this.#control(kind)];
    }
    this.#expect('close', 'else');
    const { nodes, ending } = this.#list();
    if (ending === 'else') this.#fail(`expected end; found {{else}}`);
    if (!ending) this.#fail('unexpected EOF');
    return nodes;
  }

  #define(): void {
    const name = this.#name('define clause');
    this.#expect('close', 'define clause');
    this.#defined.set(name, this.#separately());
  }

  #block(): Node {
    const { at } = this.#peek();
    const name = this.#name('block clause');
    const pipe = this.#pipe('block clause', 'close');
    this.#defined.set(name, this.#separately());
    return { kind: 'template', name, pipe, at };
  }

  /** The body of a definition, which knows no variables from around it. */
  #separately(): Node[] {
    const outer = this.#variables;
    this.#variables = ['$'];
    const { nodes, ending } = this.#list();
    this.#variables = outer;
    if (ending !== 'end') this.#fail('unexpected EOF');
    return nodes;
  }

  #include(): Node {
    const { at } = this.#peek();
    const name = this.#name('template clause');
    const empty = this.#peek().kind === 'close';
    if (empty) this.#next();
    return { kind: 'template', name, pipe: empty ? undefined : this.#pipe('template clause', 'close'), at };
  }

  #name(context: string): string {
    const token = this.#next();
    if (token.kind !== 'string') this.#unexpected(token, context);
    return readString(token.text);
  }

  #pipe(context: string, closing: TokenKind): Pipe {
    const at = this.#peek().at;
    const { declared, assigns } = this.#declaration(context);
    const commands: Command[] = [];
    for (;;) {
      const token = this.#peek();
      if (token.kind === closing) {
        this.#next();
        if (commands.length === 0) this.#fail(`missing value for ${context}`);
        this.#checkPipeline(commands);
        return { declared, assigns, commands, at };
      }
      commands.push(this.#command(context, closing));
    }
  }

  /** `$a :=`, `$a =`, and of a range `$a, $b :=`. */
  #declaration(context: string): { declared: string[]; assigns: boolean } {
    const [first, second, third, fourth] = this.#tokens.slice(this.#at, this.#at + 4);
    if (first?.kind !== 'variable') return { declared: [], assigns: false };
    const pair = context === 'range' && second?.kind === ',' && third?.kind === 'variable';
    const operator = pair ? fourth : second;
    if (operator?.kind !== ':=' && operator?.kind !== '=') return { declared: [], assigns: false };
    this.#at += pair ? 4 : 2;
    const declared = pair ? [first.text, third.text] : [first.text];
    if (operator.kind === ':=') this.#variables.push(...declared);
    else declared.forEach((name) => this.#checkVariable(name));
    return { declared, assigns: operator.kind === '=' };
  }

  /** A value that is no function can only come first. */
  #checkPipeline(commands: readonly Command[]): void {
    commands.slice(1).forEach(({ operands: [first] }, index) => {
      if (first && (first.kind === 'literal' || first.kind === 'dot' || first.kind === 'nil')) {
        this.#fail(`non executable command in pipeline stage ${index + 2}`);
      }
    });
  }

  #command(context: string, closing: TokenKind): Command {
    const operands: Operand[] = [];
    const at = this.#peek().at;
    for (;;) {
      const token = this.#peek();
      if (token.kind === closing) break;
      if (token.kind === '|') {
        this.#next();
        if (this.#peek().kind === closing) this.#fail(`missing value for ${context}`);
        break;
      }
      operands.push(this.#operand(context));
    }
    if (operands.length === 0) this.#fail('empty command');
    return { operands, at };
  }

  #operand(context: string): Operand {
    const term = this.#term(context);
    const { at } = this.#peek();
    const fields = this.#fields();
    if (fields.length === 0) return term;
    const source = term.source + fields.map((name) => `.${name}`).join('');
    if (term.kind === 'field') return { ...term, at, source, fields: [...term.fields, ...fields] };
    if (term.kind === 'variable') return { ...term, at, source, fields };
    if (term.kind === 'pipe' || term.kind === 'function')
      return { kind: 'chain', of: term, fields, at, source };
    return this.#fail(`unexpected . after term ${JSON.stringify(term.source)}`);
  }

  /** What follows without a space. */
  #fields(): string[] {
    const fields: string[] = [];
    for (let token = this.#peek(); token.kind === 'field' && !token.spaced; token = this.#peek()) {
      fields.push(this.#next().text.slice(1));
    }
    return fields;
  }

  #term(context: string): Operand {
    const token = this.#next();
    const place = { at: token.at, source: token.text };
    switch (token.kind) {
      case 'dot':
        return { kind: 'dot', ...place };
      case 'field':
        return { kind: 'field', fields: [token.text.slice(1)], ...place };
      case 'variable':
        this.#checkVariable(token.text);
        return { kind: 'variable', name: token.text, fields: [], ...place };
      case 'string':
        return { kind: 'literal', value: readString(token.text), ...place };
      case 'char':
        return { kind: 'literal', value: readChar(token.text), ...place };
      case 'number':
        return { kind: 'literal', value: this.#number(token), ...place };
      case 'identifier':
        return this.#identifier(token);
      case '(':
        return this.#parenthesized(token);
      default:
        return this.#unexpected(token, context === 'command' ? 'operand' : context);
    }
  }

  #parenthesized({ at }: Token): Operand {
    const pipe = this.#pipe('parenthesized pipeline', ')');
    const end = this.#tokens[this.#at - 1]?.at ?? at;
    return { kind: 'pipe', pipe, at, source: this.#source.slice(at, end + 1) };
  }

  #number(token: Token): number {
    const value = readNumber(token.text);
    if (value === undefined) this.#fail(`bad number syntax: ${JSON.stringify(token.text)}`);
    return value;
  }

  #identifier({ text, at }: Token): Operand {
    const place = { at, source: text };
    if (text === 'true' || text === 'false') return { kind: 'literal', value: text === 'true', ...place };
    if (text === 'nil') return { kind: 'nil', ...place };
    if (!this.#functions.has(text)) this.#fail(`function ${JSON.stringify(text)} not defined`);
    return { kind: 'function', name: text, ...place };
  }

  #checkVariable(name: string): void {
    if (!this.#variables.includes(name)) this.#fail(`undefined variable ${JSON.stringify(name)}`);
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] as Token;
  }

  #next(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #expect(kind: TokenKind, context: string): void {
    const token = this.#next();
    if (token.kind !== kind) this.#unexpected(token, context);
  }

  #unexpected(token: Token, context: string): never {
    if (token.kind === 'end') return this.#fail('unexpected EOF');
    const shown =
      token.kind === 'identifier' || token.kind === 'field' ? `<${token.text}>` : JSON.stringify(token.text);
    return this.#fail(`unexpected ${shown} in ${context}`);
  }

  #fail(why: string): never {
    const last = this.#tokens[Math.min(Math.max(this.#at - 1, 0), this.#tokens.length - 1)];
    throw syntaxError(this.#source, last?.at ?? 0, why);
  }
}
