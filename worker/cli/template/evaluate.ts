import { functions as builtins } from './functions.ts';
import type { FunctionTable } from './functions.ts';
import type { Command, Node, Operand, Pipe, Template } from './nodes.ts';
import { lineOf, TemplateError } from './token.ts';
import { goType, isObject, isTrue, showAction, showNumber, typeName } from './values.ts';
import type { GoValue } from './values.ts';

const maxDepth = 1000;

interface Variable {
  readonly name: string;
  value: GoValue;
}

export interface ExecuteOptions {
  readonly functions?: FunctionTable;
  /** What a null field of this name prints. */
  readonly nullText?: (name: string) => string;
}

/** @throws TemplateError */
export function execute(template: Template, data: GoValue, options: ExecuteOptions = {}): string {
  const evaluator = new Evaluator(template, options);
  return evaluator.template(template.body, data);
}

type Called = Extract<Operand, { kind: 'function' }>;
type Method = (...args: GoValue[]) => GoValue;
type Flow = 'break' | 'continue' | undefined;

class Evaluator {
  readonly #template: Template;
  readonly #functions: FunctionTable;
  readonly #nullText: (name: string) => string;
  #variables: Variable[] = [];
  #out = '';
  #depth = 0;

  constructor(
    template: Template,
    { functions = builtins, nullText = () => showAction(null) }: ExecuteOptions,
  ) {
    this.#template = template;
    this.#functions = functions;
    this.#nullText = nullText;
  }

  template(nodes: readonly Node[], data: GoValue): string {
    this.#separately(nodes, data);
    return this.#out;
  }

  #separately(nodes: readonly Node[], data: GoValue): void {
    const outer = this.#variables;
    this.#variables = [{ name: '$', value: data }];
    this.#walk(nodes, data);
    this.#variables = outer;
  }

  #walk(nodes: readonly Node[], dot: GoValue): Flow {
    for (const node of nodes) {
      const flow = this.#node(node, dot);
      if (flow) return flow;
    }
    return undefined;
  }

  #node(node: Node, dot: GoValue): Flow {
    switch (node.kind) {
      case 'text':
        this.#out += node.text;
        return undefined;
      case 'action': {
        const value = this.#pipe(node.pipe, dot);
        if (node.pipe.declared.length === 0)
          this.#out += value === null ? this.#showNull(node.pipe) : showAction(value);
        return undefined;
      }
      case 'if':
      case 'with':
        return this.#scoped(() => this.#branch(node, dot));
      case 'range':
        return this.#scoped(() => this.#range(node, dot));
      case 'template':
        return this.#include(node, dot);
      default:
        return node.kind;
    }
  }

  /** A field that is null prints as its type in Go does, where that is known. */
  #showNull({ commands }: Pipe): string {
    const [only, ...others] = commands.at(-1)?.operands ?? [];
    const name = only && 'fields' in only && others.length === 0 ? only.fields.at(-1) : undefined;
    return name === undefined ? showAction(null) : this.#nullText(name);
  }

  #scoped<T>(work: () => T): T {
    const outer = this.#variables.length;
    const result = work();
    this.#variables.length = outer;
    return result;
  }

  #branch(node: Extract<Node, { pipe: Pipe; body: Node[] }>, dot: GoValue): Flow {
    const value = this.#pipe(node.pipe, dot);
    if (!isTrue(value)) return this.#walk(node.otherwise, dot);
    return this.#walk(node.body, node.kind === 'with' ? value : dot);
  }

  #range(node: Extract<Node, { pipe: Pipe; body: Node[] }>, dot: GoValue): Flow {
    const value = this.#pipe({ ...node.pipe, declared: [] }, dot);
    const entries = this.#entries(value, node.pipe);
    if (entries.length === 0) return this.#walk(node.otherwise, dot);
    for (const [key, item] of entries) {
      const flow = this.#scoped(() => {
        this.#bindRange(node.pipe, key, item);
        return this.#walk(node.body, item);
      });
      if (flow === 'break') break;
    }
    return undefined;
  }

  #bindRange({ declared, assigns }: Pipe, key: GoValue, item: GoValue): void {
    const [first, second] = declared;
    if (first === undefined) return;
    this.#bind(first, second === undefined ? item : key, assigns);
    if (second !== undefined) this.#bind(second, item, assigns);
  }

  /** Maps are walked in the order of their keys. */
  #entries(value: GoValue, pipe: Pipe): [GoValue, GoValue][] {
    if (value === null || value === undefined) return [];
    if (Array.isArray(value)) return value.map((item, index) => [index, item]);
    if (typeof value === 'number' && Number.isInteger(value)) {
      return Array.from({ length: Math.max(value, 0) }, (_, index) => [index, index]);
    }
    if (isObject(value) && value[goType] === undefined)
      return Object.keys(value)
        .sort()
        .map((key) => [key, value[key]]);
    return this.#fail(pipe.at, this.#source(pipe), `range can't iterate over ${showAction(value)}`);
  }

  #include(node: Extract<Node, { kind: 'template' }>, dot: GoValue): undefined {
    const body = this.#template.defined.get(node.name);
    const source = `{{template ${JSON.stringify(node.name)}}}`;
    if (!body) this.#fail(node.at, source, `template ${JSON.stringify(node.name)} not defined`);
    if (++this.#depth > maxDepth)
      this.#fail(node.at, source, `exceeded maximum template depth (${maxDepth})`);
    this.#separately(body, node.pipe ? this.#pipe(node.pipe, dot) : undefined);
    this.#depth--;
  }

  #pipe(pipe: Pipe, dot: GoValue): GoValue {
    let value: GoValue;
    pipe.commands.forEach((command, index) => {
      value = this.#command(command, dot, index === 0 ? [] : [value]);
    });
    pipe.declared.forEach((name) => this.#bind(name, value, pipe.assigns));
    return value;
  }

  #bind(name: string, value: GoValue, assigns: boolean): void {
    const known = assigns ? this.#variables.findLast((variable) => variable.name === name) : undefined;
    if (known) known.value = value;
    else this.#variables.push({ name, value });
  }

  /** `last` is what the command before it in the pipeline gave: a further argument. */
  #command({ operands }: Command, dot: GoValue, last: GoValue[]): GoValue {
    const [first, ...rest] = operands;
    if (!first) return undefined;
    if (first.kind === 'function') return this.#call(first, rest, dot, last);
    const value = this.#operand(first, dot);
    if (typeof value === 'function') return this.#method(value as Method, operands, dot, last);
    if (rest.length > 0 || last.length > 0) this.#refuseArguments(first);
    return value;
  }

  #method(method: Method, [first, ...rest]: readonly Operand[], dot: GoValue, last: GoValue[]): GoValue {
    const args = [...rest.map((argument) => this.#operand(argument, dot)), ...last];
    if (first && args.length !== method.length) {
      const name = first.source.slice(1);
      const why = `wrong number of args for ${name}: want ${method.length} got ${args.length}`;
      this.#fail(first.at, first.source, why);
    }
    return method(...args);
  }

  #refuseArguments(first: Operand): never {
    const field = first.kind === 'field' || first.kind === 'variable' || first.kind === 'chain';
    const name = field ? first.fields.at(-1) : undefined;
    const why =
      name === undefined
        ? `can't give argument to non-function ${first.source}`
        : `${name} is not a method but has arguments`;
    return this.#fail(first.at, first.source, why);
  }

  #call(operand: Called, rest: readonly Operand[], dot: GoValue, last: GoValue[]): GoValue {
    const { name, at, source } = operand;
    if (name === 'and' || name === 'or') return this.#shortCircuit(name, rest, dot, last);
    const fn = this.#functions[name];
    if (!fn) return this.#fail(at, source, `${JSON.stringify(name)} is not a defined function`);
    const count = rest.length + last.length;
    if (count < fn.min || count > fn.max) {
      this.#fail(at, source, `wrong number of args for ${name}: want ${wanted(fn)} got ${count}`);
    }
    const args = [...rest.map((argument) => this.#operand(argument, dot)), ...last];
    args.forEach((value, index) => this.#checkType(fn.params[index], value, rest[index] ?? operand));
    try {
      return fn.call(...args);
    } catch (error) {
      const text = [operand, ...rest].map((part) => part.source).join(' ');
      const why = error instanceof Error ? error.message : String(error);
      return this.#fail(at, text, `error calling ${name}: ${why}`);
    }
  }

  #checkType(type: string | undefined, value: GoValue, { kind, at, source }: Operand): void {
    if (type === undefined || fits(type, value)) return;
    const literal =
      kind === 'literal' ? `expected ${type === 'int' ? 'integer' : type}; found ${source}` : undefined;
    this.#fail(at, source, literal ?? `wrong type for value; expected ${type}; got ${typeName(value)}`);
  }

  #shortCircuit(name: 'and' | 'or', rest: readonly Operand[], dot: GoValue, last: GoValue[]): GoValue {
    let value: GoValue;
    for (const operand of rest) {
      value = this.#operand(operand, dot);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return last.length > 0 ? last[0] : value;
  }

  #operand(operand: Operand, dot: GoValue): GoValue {
    switch (operand.kind) {
      case 'dot':
        return dot;
      case 'nil':
        return this.#fail(operand.at, 'nil', 'nil is not a command');
      case 'literal':
        return operand.value;
      case 'field':
        return this.#fields(dot, operand.fields, operand);
      case 'variable':
        return this.#fields(this.#variable(operand.name), operand.fields, operand);
      case 'pipe':
        return this.#pipe(operand.pipe, dot);
      case 'chain':
        return this.#fields(this.#operand(operand.of, dot), operand.fields, operand);
      default:
        return this.#call(operand, [], dot, []);
    }
  }

  #variable(name: string): GoValue {
    return this.#variables.findLast((variable) => variable.name === name)?.value;
  }

  #fields(start: GoValue, names: readonly string[], operand: Operand): GoValue {
    return names.reduce((value, name) => this.#field(value, name, operand), start);
  }

  #field(value: GoValue, name: string, { at, source }: Operand): GoValue {
    if (value === null || value === undefined) {
      return this.#fail(at, source, `nil data; no entry for key ${JSON.stringify(name)}`);
    }
    if (isObject(value) && Object.hasOwn(value, name)) return value[name];
    if (isObject(value) && value[goType] === undefined) {
      return this.#fail(at, source, `map has no entry for key ${JSON.stringify(name)}`);
    }
    const type = isObject(value) ? typeName(value) : 'interface {}';
    return this.#fail(at, source, `can't evaluate field ${name} in type ${type}`);
  }

  #source(pipe: Pipe): string {
    return pipe.commands[0]?.operands[0]?.source ?? '';
  }

  #fail(at: number, source: string, why: string): never {
    const text = this.#template.source;
    const column = at - (text.lastIndexOf('\n', at - 1) + 1);
    const shown = source.length > 20 ? `${source.slice(0, 20)}...` : source;
    throw new TemplateError(`template: :${lineOf(text, at)}:${column}: executing "" at <${shown}>: ${why}`);
  }
}

function wanted({ min, max }: { min: number; max: number }): string {
  return max === Infinity ? `at least ${min}` : showNumber(min);
}

function fits(type: string, value: GoValue): boolean {
  if (type === 'int') return typeof value === 'number';
  if (type === 'string') return typeof value === 'string';
  return Array.isArray(value) || value === null || value === undefined;
}
