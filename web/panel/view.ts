import type { EngineApi } from '../../worker/protocol/engine-api.ts';
import type { WorkApi } from '../../worker/protocol/work.ts';

/** What the panel may do outside itself. */
export interface PanelHost {
  /** Settles when there is an engine. */
  engine(): Promise<EngineApi>;
  /** The folders below /root/work; settles as `engine` does. */
  work(): Promise<WorkApi>;
  /** Puts a command at the prompt of the terminal that is shown; running it is left to the person. */
  type(command: string): void;
  focusTerminal(): void;
}

/** One of the panel's tabs. */
export interface PanelView {
  readonly name: string;
  readonly element: HTMLElement;
  /** It is looked at now; the first time it is to fill itself. */
  shown(): void;
}
