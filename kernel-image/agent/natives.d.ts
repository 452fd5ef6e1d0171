/** What the interpreter gives the script (kernel-image/native/agent_main.c). */

/**
 * A raw system call. Strings are passed as NUL-terminated UTF-8, typed arrays as the address of their bytes, null as 0.
 * Returns the kernel's answer, which is -errno on failure.
 */
declare function syscall(
  number: number,
  ...args: (number | string | ArrayBufferView | ArrayBuffer | null | undefined)[]
): number;

/**
 * System calls one after the other, each as seven integers (number, six arguments), up to the first that fails. Returns
 * -1 when none did, else its index; its error number is then in its number's place.
 */
declare function batch(calls: Int32Array): number;

/** Where a typed array's bytes lie, for structures that hold pointers; good for as long as the array lives. */
declare function address(bytes: ArrayBufferView): number;

/** UTF-8 bytes of a text, with a closing NUL. */
declare function encode(text: string): ArrayBuffer;

/** A whole file as text, ill-formed bytes as U+FFFD; -errno when it cannot be read. */
declare function readText(path: string): string | number;

/** The text of UTF-8 bytes; ill-formed ones become U+FFFD. */
declare function decode(bytes: ArrayBufferView): string;
