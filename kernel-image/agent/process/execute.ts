import { KernelError, RequestError, check, errno } from '../kernel/errors.ts';
import { fileType, modeOf } from '../kernel/files.ts';
import { nr } from '../kernel/numbers.ts';

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Becomes another program; returns only by throwing. The program is looked for as runc does. */
export function execute(args: readonly string[], env: readonly string[]): never {
  const program = args[0];
  if (program === undefined) throw new RequestError('EINVAL', 'exec', 'args must not be empty');
  const path = lookUp(program, env);
  const argv = vector(args);
  const envp = vector(env);
  check('exec', syscall(nr.execve, path, argv.pointers, envp.pointers));
  throw new Error('execve returned');
}

const AT_EMPTY_PATH = 0x1000;

/** Becomes the program of an open file, wherever the root is by now; returns only by throwing. */
export function executeFile(fd: number, args: readonly string[], env: readonly string[]): never {
  const argv = vector(args);
  const envp = vector(env);
  check('exec', syscall(nr.execveat, fd, '', argv.pointers, envp.pointers, AT_EMPTY_PATH));
  throw new Error('execveat returned');
}

/** os/exec's LookPath: a name with a slash as it is, any other one in $PATH; the first that may be executed. */
function lookUp(program: string, env: readonly string[]): string {
  if (program.includes('/')) {
    const error = executable(program);
    if (error !== 0) throw new KernelError(error === errno.EACCES ? 'exec' : 'stat', error);
    return program;
  }
  const path = env.findLast((entry) => entry.startsWith('PATH='))?.slice(5) ?? defaultPath;
  let denied = false;
  for (const directory of path.split(':')) {
    const candidate = `${directory === '' ? '.' : directory}/${program}`;
    const error = executable(candidate);
    if (error === 0) return candidate;
    if (error === errno.EACCES) denied = true;
  }
  if (denied) throw new KernelError('exec', errno.EACCES);
  throw new RequestError('ENOENT', 'lookup', `exec: "${program}": executable file not found in $PATH`);
}

/** 0, or the error's number. Nothing is thrown: most of a path's directories do not have a program. */
function executable(path: string): number {
  const mode = modeOf(path);
  if (mode < 0) return -mode;
  if ((mode & fileType.mask) === fileType.directory || (mode & 0o111) === 0) return errno.EACCES;
  return 0;
}

interface Vector {
  pointers: Uint32Array;
  /** Kept alive for as long as the pointers are used. */
  texts: Uint8Array[];
}

/** A NULL-terminated array of C strings. */
function vector(texts: readonly string[]): Vector {
  const encoded = texts.map((text) => new Uint8Array(encode(text)));
  const pointers = new Uint32Array(texts.length + 1);
  encoded.forEach((bytes, i) => {
    pointers[i] = address(bytes);
  });
  return { pointers, texts: encoded };
}
