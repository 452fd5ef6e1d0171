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

/** @throws TemplateError */
export function execute(template: Template, data: GoValue, functions: FunctionTable = builtins): string {
  const evaluator = new Evaluator(template, functions);
  return evaluator.template(template.body, data);
}

type Flow = 'break' | 'continue' | undefined;

class Evaluator {
  readonly #template: Template;
  readonly #functions: FunctionTable;
  #variables: Variable[] = [];
  #out = '';
  #depth = 0;

  constructor(template: Template, functions: FunctionTable) {
    this.#template = template;
    this.#functions = functions;
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
        if (node.pipe.declared.length === 0) this.#out += showAction(value);
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
    if (rest.length > 0 || last.length > 0) this.#refuseArguments(first, dot);
    return this.#operand(first, dot);
  }

  #refuseArguments(first: Operand, dot: GoValue): never {
    const value = this.#operand(first, dot);
    const field = first.kind === 'field' || first.kind === 'variable' || first.kind === 'chain';
    if (!field)
      return this.#fail(first.at, first.source, `can't give argument to non-function ${first.source}`);
    const name = first.fields.at(-1) ?? first.source;
    return this.#fail(
      first.at,
      first.source,
      `${name} has arguments but cannot be invoked as function (${typeName(value)})`,
    );
  }

  #call(
    operand: Extract<Operand, { kind: 'function' }>,
    rest: readonly Operand[],
    dot: GoValue,
    last: GoValue[],
  ): GoValue {
    const { name, at, source } = operand;
    if (name === 'and' || name === 'or') return this.#shortCircuit(name, rest, dot, last);
    const fn = this.#functions[name];
    const args = [...rest.map((argument) => this.#operand(argument, dot)), ...last];
    try {
      if (!fn) throw new Error(`${JSON.stringify(name)} is not a defined function`);
      if (args.length < fn.min || args.length > fn.max) throw new WrongCount(name, args.length, fn);
      return fn.call(...args);
    } catch (error) {
      if (error instanceof TemplateError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      return this.#fail(at, source, error instanceof WrongCount ? why : `error calling ${name}: ${why}`);
    }
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
    return this.#fail(at, source, `can't evaluate field ${name} in type ${typeName(value)}`);
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

class WrongCount extends Error {
  constructor(name: string, got: number, { min, max }: { min: number; max: number }) {
    const want = max === Infinity ? `at least ${min}` : showNumber(min);
    super(`wrong number of args for ${name}: want ${want} got ${got}`);
  }
}
