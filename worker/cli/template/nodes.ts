/** The tree of a template. Every node knows where it is, for messages. */
export type Node =
  | TextNode
  | ActionNode
  | ControlNode
  | TemplateNode
  | { readonly kind: 'break' | 'continue' };

export interface TextNode {
  readonly kind: 'text';
  readonly text: string;
}

export interface ActionNode {
  readonly kind: 'action';
  readonly at: number;
  readonly pipe: Pipe;
}

export interface ControlNode {
  readonly kind: 'if' | 'with' | 'range';
  readonly at: number;
  readonly pipe: Pipe;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
}

export interface TemplateNode {
  readonly kind: 'template';
  readonly at: number;
  readonly name: string;
  readonly pipe: Pipe | undefined;
}

export interface Pipe {
  readonly kind: 'pipe';
  readonly at: number;
  readonly declared: readonly string[];
  /** `=` sets variables, `:=` makes them. */
  readonly assigns: boolean;
  readonly commands: readonly Command[];
}

export interface Command {
  readonly kind: 'command';
  readonly at: number;
  readonly operands: readonly Operand[];
}

/** What an argument of a command can be. */
export type Operand =
  | Pipe
  | { readonly kind: 'dot' | 'nil'; readonly at: number }
  | { readonly kind: 'bool'; readonly at: number; readonly value: boolean }
  | { readonly kind: 'string'; readonly at: number; readonly source: string; readonly value: string }
  | NumberNode
  | { readonly kind: 'identifier'; readonly at: number; readonly name: string }
  | FieldNode
  | VariableNode
  | ChainNode;

export interface NumberNode {
  readonly kind: 'number';
  readonly at: number;
  readonly source: string;
  readonly value: number;
  /** It stands for an integer where one is wanted. */
  readonly integer: boolean;
  /** It is written as a fraction or with an exponent. */
  readonly float: boolean;
}

export interface FieldNode {
  readonly kind: 'field';
  readonly at: number;
  readonly fields: readonly string[];
}

export interface VariableNode {
  readonly kind: 'variable';
  readonly at: number;
  readonly name: string;
  readonly fields: readonly string[];
}

export interface ChainNode {
  readonly kind: 'chain';
  readonly at: number;
  readonly of: Operand;
  readonly fields: readonly string[];
}

export type Shown = Operand | Command | ActionNode | TemplateNode;

export interface Template {
  readonly name: string;
  readonly source: string;
  readonly body: readonly Node[];
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}

/** A node as it would be written. */
export function nodeText(node: Shown): string {
  switch (node.kind) {
    case 'pipe':
      return pipeText(node);
    case 'command':
      return node.operands.map(operandText).join(' ');
    case 'action':
      return `{{${pipeText(node.pipe)}}}`;
    case 'template':
      return `{{template ${JSON.stringify(node.name)}${node.pipe ? ` ${pipeText(node.pipe)}` : ''}}}`;
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(node.value);
    case 'string':
    case 'number':
      return node.source;
    case 'identifier':
      return node.name;
    case 'field':
      return fieldsText(node.fields);
    case 'variable':
      return node.name + fieldsText(node.fields);
    default:
      return operandText(node.of) + fieldsText(node.fields);
  }
}

function pipeText({ declared, assigns, commands }: Pipe): string {
  const head = declared.length > 0 ? `${declared.join(', ')} ${assigns ? '=' : ':='} ` : '';
  return head + commands.map(nodeText).join(' | ');
}

function operandText(operand: Operand): string {
  return operand.kind === 'pipe' ? `(${pipeText(operand)})` : nodeText(operand);
}

function fieldsText(fields: readonly string[]): string {
  return fields.map((name) => `.${name}`).join('');
}
