/** The tree of a template. `source` is the text of an operand, for messages. */
export type Node =
  | { kind: 'text'; text: string }
  | { kind: 'action'; pipe: Pipe }
  | { kind: 'if' | 'with' | 'range'; pipe: Pipe; body: Node[]; otherwise: Node[] }
  | { kind: 'template'; name: string; pipe: Pipe | undefined; at: number }
  | { kind: 'break' | 'continue' };

export interface Pipe {
  readonly declared: readonly string[];
  /** `:=` makes variables, `=` sets them. */
  readonly assigns: boolean;
  readonly commands: readonly Command[];
  readonly at: number;
}

export interface Command {
  readonly operands: readonly Operand[];
  readonly at: number;
}

export type Operand = { readonly at: number; readonly source: string } & (
  | { kind: 'dot' | 'nil' }
  | { kind: 'literal'; value: string | number | boolean }
  | { kind: 'function'; name: string }
  | { kind: 'variable'; name: string; fields: readonly string[] }
  | { kind: 'field'; fields: readonly string[] }
  | { kind: 'pipe'; pipe: Pipe }
  | { kind: 'chain'; of: Operand; fields: readonly string[] }
);

export interface Template {
  readonly source: string;
  readonly body: Node[];
  readonly defined: ReadonlyMap<string, Node[]>;
}
