import type { FunctionTable, ParameterType, TemplateFunction } from './functions.ts';
import type {
  ActionNode,
  ChainNode,
  Command,
  ControlNode,
  Node,
  Operand,
  Pipe,
  Shown,
  Template,
  TemplateNode,
} from './nodes.ts';
import { nodeText } from './nodes.ts';
import { show, showAction } from './show.ts';
import { TemplateError } from './token.ts';
import {
  elements,
  Float,
  indirect,
  Interface,
  isNil,
  isNilPointer,
  isRow,
  isTrue,
  kindOf,
  lenient,
  mapElement,
  mapKeys,
  structField,
  Typed,
  typeName,
  unbox,
} from './values.ts';
import type { GoValue } from './values.ts';

const maxDepth = 100_000;
/** No argument comes from the command before. */
const missing = Symbol('missing');

interface Variable {
  readonly name: string;
  value: GoValue;
}

export interface ExecuteOptions {
  readonly functions: FunctionTable;
  /** A key that a map does not have is a mistake, not nothing. */
  readonly strict?: boolean;
}

/** @throws TemplateError */
export function execute(template: Template, data: GoValue, options: ExecuteOptions): string {
  return new Evaluator(template, options).run(data);
}

type Flow = 'break' | 'continue' | undefined;

class Evaluator {
  readonly #template: Template;
  readonly #functions: FunctionTable;
  readonly #strict: boolean;
  #variables: Variable[] = [];
  #out = '';
  #depth = 0;
  /** Of the template that is being run. */
  #name: string;
  /** What is being evaluated, for messages. */
  #node: Shown | undefined;

  constructor(template: Template, { functions, strict = false }: ExecuteOptions) {
    this.#template = template;
    this.#functions = functions;
    this.#strict = strict;
    this.#name = template.name;
  }

  run(data: GoValue): string {
    this.#separately(this.#template.name, this.#template.body, data);
    return this.#out;
  }

  #separately(name: string, nodes: readonly Node[], data: GoValue): void {
    const outer = [this.#variables, this.#name] as const;
    [this.#variables, this.#name] = [[{ name: '$', value: data }], name];
    this.#walk(nodes, data);
    [this.#variables, this.#name] = outer;
  }

  #walk(nodes: readonly Node[], dot: GoValue): Flow {
    for (const node of nodes) {
      const flow = this.#visit(node, dot);
      if (flow) return flow;
    }
    return undefined;
  }

  #visit(node: Node, dot: GoValue): Flow {
    switch (node.kind) {
      case 'text':
        this.#out += node.text;
        return undefined;
      case 'action':
        this.#action(node, dot);
        return undefined;
      case 'if':
      case 'with':
        return this.#scoped(() => this.#branch(node, dot));
      case 'range':
        return this.#scoped(() => this.#range(node, dot));
      case 'template':
        this.#include(node, dot);
        return undefined;
      default:
        return node.kind;
    }
  }

  #action(node: ActionNode, dot: GoValue): void {
    this.#node = node;
    const value = this.#pipe(node.pipe, dot);
    if (node.pipe.declared.length > 0) return;
    this.#node = node;
    if (kindOf(value) === 'func') this.#fail(`can't print ${nodeText(node)} of type ${typeName(value)}`);
    this.#out += showAction(value);
  }

  #scoped<T>(work: () => T): T {
    const outer = this.#variables.length;
    const result = work();
    this.#variables.length = outer;
    return result;
  }

  #branch(node: ControlNode, dot: GoValue): Flow {
    const value = this.#pipe(node.pipe, dot);
    if (!isTrue(value)) return this.#walk(node.otherwise, dot);
    return this.#walk(node.body, node.kind === 'with' ? value : dot);
  }

  #range(node: ControlNode, dot: GoValue): Flow {
    const entries = this.#entries(indirect(this.#pipe(node.pipe, dot)), node.pipe);
    if (entries.length === 0) return this.#walk(node.otherwise, dot);
    const mark = this.#variables.length;
    for (const [key, item] of entries) {
      this.#bindRange(node.pipe, key, item);
      const flow = this.#walk(node.body, item);
      this.#variables.length = mark;
      if (flow === 'break') break;
    }
    return undefined;
  }

  #bindRange({ declared, assigns }: Pipe, key: GoValue, item: GoValue): void {
    const values = declared.length > 1 ? [key, item] : [item];
    declared.forEach((name, at) => {
      if (assigns) this.#assign(name, values[at]);
      else this.#topVariable(declared.length - at, values[at]);
    });
  }

  /** The variables of a range are the ones declared last. */
  #topVariable(fromTop: number, value: GoValue): void {
    const variable = this.#variables.at(-fromTop);
    if (variable) variable.value = value;
  }

  /** Maps are walked in the order of their keys. */
  #entries(value: GoValue, pipe: Pipe): [GoValue, GoValue][] {
    switch (kindOf(value)) {
      case 'none':
        return [];
      case 'slice':
        return elements(value).map((item, at) => [at, item]);
      case 'map':
        return mapKeys(value).map((key) => [key, mapElement(value, key)]);
      case 'int':
        if (pipe.declared.length > 1) {
          this.#fail(`can't use ${show(value)} to iterate over more than one variable`);
        }
        return Array.from({ length: Math.max(value as number, 0) }, (_, at) => [undefined, at]);
      default:
        return this.#fail(`range can't iterate over ${show(value)}`);
    }
  }

  #include(node: TemplateNode, dot: GoValue): void {
    this.#node = node;
    const body = this.#template.defined.get(node.name);
    if (!body) this.#fail(`template ${JSON.stringify(node.name)} not defined`);
    if (++this.#depth > maxDepth) this.#failTooDeep();
    const data = node.pipe ? this.#pipe(node.pipe, dot) : undefined;
    try {
      this.#separately(node.name, body, data);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#node = node;
      this.#failTooDeep();
    }
    this.#depth--;
  }

  #failTooDeep(): never {
    return this.#fail(`exceeded maximum template depth (${maxDepth})`);
  }

  #pipe(pipe: Pipe, dot: GoValue): GoValue {
    this.#node = pipe;
    let value: GoValue = missing;
    for (const command of pipe.commands) value = unbox(this.#command(command, dot, value));
    for (const name of pipe.declared) {
      if (pipe.assigns) this.#assign(name, value);
      else this.#variables.push({ name, value });
    }
    return value;
  }

  #assign(name: string, value: GoValue): void {
    const variable = this.#variables.findLast((one) => one.name === name);
    if (!variable) this.#fail(`undefined variable: ${name}`);
    variable.value = value;
  }

  /** `final` is what the command before it in the pipeline gave: a further argument. */
  #command(command: Command, dot: GoValue, final: GoValue): GoValue {
    const { operands } = command;
    const [first] = operands;
    if (!first) return undefined;
    switch (first.kind) {
      case 'field':
        this.#node = first;
        return this.#fields(dot, first.fields, first, operands, dot, final);
      case 'chain':
        return this.#chain(first, operands, dot, final);
      case 'identifier':
        return this.#function(first.name, command, operands, dot, final);
      case 'variable':
        return this.#variableFields(first, operands, dot, final);
      default:
        return this.#plain(first, operands, dot, final);
    }
  }

  #plain(first: Operand, operands: readonly Operand[], dot: GoValue, final: GoValue): GoValue {
    if (first.kind !== 'pipe') this.#node = first;
    this.#refuseArguments(operands, final);
    if (first.kind === 'nil') this.#fail('nil is not a command');
    return this.#operand(first, dot);
  }

  #refuseArguments(operands: readonly Operand[], final: GoValue): void {
    const [first] = operands;
    if (!first || (operands.length < 2 && final === missing)) return;
    const text = first.kind === 'pipe' ? nodeText({ ...first }) : nodeText(first);
    this.#fail(`can't give argument to non-function ${text}`);
  }

  /** A value on its own: neither arguments nor a command before it. */
  #operand(operand: Operand, dot: GoValue): GoValue {
    switch (operand.kind) {
      case 'dot':
        return dot;
      case 'bool':
      case 'string':
        return operand.value;
      case 'number':
        return operand.float ? new Float(operand.value) : this.#integer(operand.value, operand.source);
      case 'field':
        this.#node = operand;
        return this.#fields(dot, operand.fields, operand, [], dot, missing);
      case 'variable':
        return this.#variableFields(operand, [], dot, missing);
      case 'chain':
        return this.#chain(operand, [], dot, missing);
      case 'identifier':
        return this.#function(operand.name, operand, [], dot, missing);
      case 'pipe':
        return this.#pipe(operand, dot);
      default:
        return undefined;
    }
  }

  #integer(value: number, source: string): number {
    if (value >= 2 ** 63) this.#fail(`${source} overflows int`);
    return value;
  }

  #chain(chain: ChainNode, operands: readonly Operand[], dot: GoValue, final: GoValue): GoValue {
    this.#node = chain;
    if (chain.of.kind === 'nil') this.#fail(`indirection through explicit nil in ${nodeText(chain)}`);
    const start = this.#operand(chain.of, dot);
    return this.#fields(start, chain.fields, chain, operands, dot, final);
  }

  #variableFields(
    variable: Extract<Operand, { kind: 'variable' }>,
    operands: readonly Operand[],
    dot: GoValue,
    final: GoValue,
  ): GoValue {
    this.#node = variable;
    const found = this.#variables.findLast(({ name }) => name === variable.name);
    if (!found) this.#fail(`undefined variable: ${variable.name}`);
    if (variable.fields.length > 0) {
      return this.#fields(found.value, variable.fields, variable, operands, dot, final);
    }
    this.#refuseArguments(operands, final);
    return found.value;
  }

  /** Arguments are for the last of the fields, which is then a method. */
  #fields(
    start: GoValue,
    names: readonly string[],
    node: Operand,
    operands: readonly Operand[],
    dot: GoValue,
    final: GoValue,
  ): GoValue {
    return names.reduce<GoValue>((value, name, at) => {
      const last = at === names.length - 1;
      return this.#field(value, name, node, last ? operands : [], dot, last ? final : missing);
    }, start);
  }

  #field(
    receiver: GoValue,
    name: string,
    node: Operand,
    operands: readonly Operand[],
    dot: GoValue,
    final: GoValue,
  ): GoValue {
    if (receiver === undefined) {
      if (this.#strict) this.#fail(`nil data; no entry for key ${JSON.stringify(name)}`);
      return undefined;
    }
    const type = typeName(receiver);
    if (receiver instanceof Interface && receiver.value === null) {
      this.#fail(`nil pointer evaluating ${type}.${name}`);
    }
    const held = indirect(receiver);
    const method = isRow(held) ? held[name] : undefined;
    if (typeof method === 'function') return this.#method(method as Method, name, node, operands, dot, final);
    const given = operands.length > 1 || final !== missing;
    const found = this.#member(held, name, given);
    if (found) return found.value;
    if (isNilPointer(held) && hasField(held as Typed, name))
      this.#fail(`nil pointer evaluating ${type}.${name}`);
    return this.#fail(`can't evaluate field ${name} in type ${type}`);
  }

  /** A field or an element, where there can be one of that name. */
  #member(held: GoValue, name: string, given: boolean): { readonly value: GoValue } | undefined {
    if (isRow(held)) {
      if (!(name in held)) return held[lenient] ? { value: undefined } : undefined;
      if (given) this.#fail(`wrong number of args for ${name}: want 0 got 1`);
      return { value: held[name] };
    }
    if (kindOf(held) === 'map') return { value: this.#key(held, name, given) };
    const field = held instanceof Typed && held.type.kind === 'struct' ? structField(held, name) : undefined;
    if (field && given) this.#fail(`${name} has arguments but cannot be invoked as function`);
    return field;
  }

  #key(map: GoValue, name: string, given: boolean): GoValue {
    if (given) this.#fail(`${name} is not a method but has arguments`);
    const element = mapElement(map, name);
    if (element === undefined && this.#strict) this.#fail(`map has no entry for key ${JSON.stringify(name)}`);
    return element;
  }

  #method(
    method: Method,
    name: string,
    node: Operand,
    operands: readonly Operand[],
    dot: GoValue,
    final: GoValue,
  ): GoValue {
    const params = Array.from({ length: method.length }, (): ParameterType => 'string');
    return this.#call({ params, call: method }, name, node, operands.slice(1), dot, final);
  }

  #function(name: string, node: Shown, operands: readonly Operand[], dot: GoValue, final: GoValue): GoValue {
    this.#node = operands[0] ?? node;
    const called = this.#functions[name];
    if (!called) return this.#fail(`${JSON.stringify(name)} is not a defined function`);
    return this.#call(called, name, node, operands.slice(1), dot, final);
  }

  #call(
    called: TemplateFunction,
    name: string,
    node: Shown,
    operands: readonly Operand[],
    dot: GoValue,
    final: GoValue,
  ): GoValue {
    this.#checkCount(called, name, operands.length, final);
    if (name === 'and' || name === 'or') return this.#shortCircuit(name, operands, dot, final);
    const args = operands.map((operand, at) => this.#argument(parameter(called, at), operand, dot));
    if (final !== missing) args.push(this.#checkType(parameter(called, args.length), final));
    if (name === 'call') this.#refuseCall(node, operands[0], args[0]);
    try {
      return called.call(...args);
    } catch (error) {
      this.#node = node;
      return this.#fail(`error calling ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #refuseCall(node: Shown, operand: Operand | undefined, value: GoValue): never {
    this.#node = node;
    const held = unbox(value);
    const text = operand ? nodeText(operand) : '';
    const why = held === undefined ? 'call of nil' : `non-function ${text} of type ${typeName(held)}`;
    return this.#fail(`error calling call: ${why}`);
  }

  #checkCount({ params, variadic }: TemplateFunction, name: string, count: number, final: GoValue): void {
    const given = count + (final === missing ? 0 : 1);
    const least = params.length - 1;
    if (variadic && given < least)
      this.#fail(`wrong number of args for ${name}: want at least ${least} got ${count}`);
    if (!variadic && given !== params.length) {
      this.#fail(`wrong number of args for ${name}: want ${params.length} got ${given}`);
    }
  }

  #shortCircuit(name: 'and' | 'or', operands: readonly Operand[], dot: GoValue, final: GoValue): GoValue {
    let value: GoValue;
    for (const operand of operands) {
      value = this.#argument('value', operand, dot);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return final === missing ? value : final;
  }

  #argument(type: ParameterType, operand: Operand, dot: GoValue): GoValue {
    this.#node = operand;
    switch (operand.kind) {
      case 'nil':
        if (type === 'string' || type === 'int') this.#fail(`cannot assign nil to ${type}`);
        return undefined;
      case 'bool':
      case 'string':
      case 'number':
        return this.#literal(type, operand);
      default:
        return this.#checkType(type, this.#operand(operand, dot));
    }
  }

  #literal(type: ParameterType, operand: Extract<Operand, { kind: 'bool' | 'string' | 'number' }>): GoValue {
    if (type === 'string' && operand.kind !== 'string')
      this.#fail(`expected string; found ${nodeText(operand)}`);
    if (type === '[]string') this.#fail(`can't handle ${nodeText(operand)} for arg of type []string`);
    if (type !== 'int') return this.#operand(operand, undefined);
    if (operand.kind !== 'number' || !operand.integer)
      this.#fail(`expected integer; found ${nodeText(operand)}`);
    return operand.value;
  }

  #checkType(type: ParameterType, value: GoValue): GoValue {
    if (type === 'value') return value;
    if (value === undefined) {
      if (type === 'string' || type === 'int') this.#fail(`invalid value; expected ${type}`);
      return undefined;
    }
    if (type === 'any') return value;
    const held = indirect(value);
    if (fits(type, held)) return held;
    return this.#fail(
      `wrong type for value; expected ${type}; got ${typeName(isNil(value) ? value : unbox(value))}`,
    );
  }

  #fail(why: string): never {
    const { source, name } = this.#template;
    const before = source.slice(0, this.#node?.at ?? 0);
    const line = before.split('\n').length;
    const column = new TextEncoder().encode(before.slice(before.lastIndexOf('\n') + 1)).length;
    const text = this.#node ? nodeText(this.#node) : '';
    const where = `${name}:${line}:${column}`;
    throw new TemplateError(
      `template: ${where}: executing ${JSON.stringify(this.#name)} at <${text}>: ${why}`,
    );
  }
}

type Method = (...args: GoValue[]) => GoValue;

function parameter({ params, variadic }: TemplateFunction, at: number): ParameterType {
  return params[variadic ? Math.min(at, params.length - 1) : at] ?? 'any';
}

function fits(type: ParameterType, value: GoValue): boolean {
  if (type === 'string') return typeof value === 'string';
  if (type === 'int') return typeof value === 'number';
  return value instanceof Typed && value.type.kind === 'slice' && value.type.of.kind === 'string';
}

function hasField({ type }: Typed, name: string): boolean {
  return type.kind === 'pointer' && type.to.kind === 'struct' && Object.hasOwn(type.to.fields, name);
}
