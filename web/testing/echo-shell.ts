import type { TerminalSize } from '../../worker/protocol/agent.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

type Command = (shell: EchoShell, argument: string) => string;

const ps = [
  'CONTAINER ID   IMAGE     COMMAND   CREATED         STATUS         PORTS     NAMES',
  '3f9c1d2ab704   busybox   "sh"      4 minutes ago   Up 4 minutes             quiet_harbour',
  '',
].join('\r\n');

const hello = [
  '',
  '\x1b[1mHello from Bottleship!\x1b[0m',
  'This container runs in your browser.',
  '',
  '',
].join('\r\n');

const commands: Record<string, Command> = {
  docker: (_, argument) => (argument.startsWith('ps') ? ps : hello),
  echo: (_, argument) => `${argument}\r\n`,
  colours: () =>
    `${Array.from({ length: 16 }, (_, n) => `\x1b[38;5;${n}m colour ${n}\x1b[0m`).join('\r\n')}\r\n`,
  size: (shell) => `${shell.size.rows} ${shell.size.cols}\r\n`,
  title: (_, argument) => `\x1b]2;${argument}\x07`,
  link: (_, argument) => `\x1b]8;;${argument}\x07somewhere else\x1b]8;;\x07\r\n`,
  clipboard: () => `\x1b]52;c;${btoa('stolen')}\x07`,
  flood: (_, argument) => 'abcdefghijklmnopqrstuvwxyz0123456789\r\n'.repeat(Number(argument)),
  exit: (shell, argument) => shell.end(Number(argument)),
};

/** A line editor that knows a few commands: enough of a shell for the page's tests and pictures. */
export class EchoShell {
  size: TerminalSize;
  #line = '';
  readonly #unanswered: Promise<void>[] = [];
  readonly #output: (bytes: Uint8Array) => Promise<void> | void;
  readonly #exit: (code: number) => void;

  constructor(
    size: TerminalSize,
    output: (bytes: Uint8Array) => Promise<void> | void,
    exit: (code: number) => void,
  ) {
    this.size = size;
    this.#output = output;
    this.#exit = exit;
    this.#print(prompt);
  }

  resize(size: TerminalSize): void {
    this.size = size;
  }

  input(bytes: Uint8Array): void {
    for (const key of decoder.decode(bytes)) this.#key(key);
  }

  /** Calls to output and exit travel on ports of their own: only an answered one is sure to have come before. */
  end(code: number): string {
    void Promise.all(this.#unanswered).then(() => this.#exit(code));
    return '';
  }

  #key(key: string): void {
    if (key === '\r') this.#run();
    else if (key === '\x04') this.end(0);
    else if (key === '\x7f') this.#erase();
    else {
      this.#line += key;
      this.#print(key);
    }
  }

  #erase(): void {
    if (this.#line) this.#print('\b \b');
    this.#line = this.#line.slice(0, -1);
  }

  #run(): void {
    const [name = '', ...words] = this.#line.split(' ');
    this.#line = '';
    const command = commands[name];
    const result = command?.(this, words.join(' ')) ?? (name && `sh: ${name}: not found\r\n`);
    if (name !== 'exit') this.#print(`\r\n${result}${prompt}`);
  }

  #print(text: string): void {
    this.#unanswered.push(Promise.resolve(this.#output(encoder.encode(text))));
  }
}

const prompt = '\x1b[1;36mbottleship\x1b[0m:\x1b[1;34m~\x1b[0m# ';
