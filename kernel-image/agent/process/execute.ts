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

/** os/exec's LookPath: a name with a slash as it is, any other one in $PATH; the first that may be executed. */
function lookUp(program: string, env: readonly string[]): string {
  if (program.includes('/')) return executable(program);
  const path = env.findLast((entry) => entry.startsWith('PATH='))?.slice(5) ?? defaultPath;
  let denied: unknown;
  for (const directory of path.split(':')) {
    try {
      return executable(`${directory === '' ? '.' : directory}/${program}`);
    } catch (error) {
      if (error instanceof KernelError && error.errno === errno.EACCES) denied ??= error;
    }
  }
  throw (
    denied ?? new RequestError('ENOENT', 'lookup', `exec: "${program}": executable file not found in $PATH`)
  );
}

function executable(path: string): string {
  const mode = modeOf(path);
  if (mode < 0) throw new KernelError('stat', -mode);
  if ((mode & fileType.mask) === fileType.directory) throw new KernelError('exec', errno.EACCES);
  if ((mode & 0o111) === 0) throw new KernelError('exec', errno.EACCES);
  return path;
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
