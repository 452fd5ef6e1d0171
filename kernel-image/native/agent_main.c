/*
 * The agent's interpreter: QuickJS with one native module's worth of globals, and nothing else.
 *
 * usage: agent SCRIPT. The script runs as PID 1 of the guest; it never returns. QuickJS is single-threaded, so fork
 * and clone are safe from it. There is no event loop here: the script waits in epoll_wait by itself and uses no
 * promises.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "quickjs.h"

#define MAX_ARGUMENTS 6

static uint8_t *bytes_of(JSContext *ctx, JSValueConst value, size_t *size)
{
    size_t offset, length, per_element;
    JSValue buffer = JS_GetTypedArrayBuffer(ctx, value, &offset, &length, &per_element);
    uint8_t *data;

    if (JS_IsException(buffer)) {
        JS_FreeValue(ctx, JS_GetException(ctx));
        return JS_GetArrayBuffer(ctx, size, value);
    }
    data = JS_GetArrayBuffer(ctx, size, buffer);
    JS_FreeValue(ctx, buffer);
    *size = length;
    return data ? data + offset : NULL;
}

static int32_t raw_syscall(int32_t number, const int32_t *a)
{
    int32_t result;

    /* The sixth argument travels in %ebp, which a compiler may need itself: save it by hand. */
    __asm__ volatile("pushl %[f]\n\tpushl %%ebp\n\tmovl 4(%%esp), %%ebp\n\tint $0x80\n\tpopl %%ebp\n\taddl $4, %%esp"
                     : "=a"(result)
                     : "a"(number), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4]), [f] "m"(a[5])
                     : "memory", "cc");
    return result;
}

/* syscall(number, ...arguments): integers as they are, strings as NUL-terminated UTF-8, typed arrays and
 * ArrayBuffers as the address of their bytes, null and undefined as 0. Returns the kernel's answer: -errno on failure. */
static JSValue js_syscall(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    const char *strings[MAX_ARGUMENTS] = { NULL };
    int32_t a[MAX_ARGUMENTS] = { 0 };
    int32_t number, result;
    JSValue answer = JS_UNDEFINED;
    int i;

    (void)this_value;
    if (JS_ToInt32(ctx, &number, argv[0]))
        return JS_EXCEPTION;
    for (i = 0; i < argc - 1 && i < MAX_ARGUMENTS; i++) {
        JSValueConst value = argv[i + 1];
        int64_t wide;
        size_t size;
        if (JS_IsNumber(value)) {
            if (JS_ToInt64(ctx, &wide, value))
                goto fail;
            a[i] = (int32_t)wide;
        } else if (JS_IsString(value)) {
            if (!(strings[i] = JS_ToCString(ctx, value)))
                goto fail;
            a[i] = (int32_t)(intptr_t)strings[i];
        } else if (JS_IsObject(value)) {
            uint8_t *bytes = bytes_of(ctx, value, &size);
            if (!bytes)
                goto fail;
            a[i] = (int32_t)(intptr_t)bytes;
        } else if (!JS_IsNull(value) && !JS_IsUndefined(value)) {
            JS_ThrowTypeError(ctx, "syscall: argument %d", i);
            goto fail;
        }
    }
    result = raw_syscall(number, a);
    answer = JS_NewInt32(ctx, result);
fail:
    for (i = 0; i < MAX_ARGUMENTS; i++)
        if (strings[i])
            JS_FreeCString(ctx, strings[i]);
    return JS_IsUndefined(answer) ? JS_EXCEPTION : answer;
}

/* batch(calls): system calls one after the other, each as seven integers (number, six arguments), up to the first that
 * fails. Returns -1 when none did, else its index; its error number is put in its number's place. */
static JSValue js_batch(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    size_t size, i;
    int32_t *calls = (int32_t *)bytes_of(ctx, argv[0], &size);

    (void)this_value, (void)argc;
    if (!calls)
        return JS_EXCEPTION;
    for (i = 0; i + 7 <= size / 4; i += 7) {
        int32_t result = raw_syscall(calls[i], calls + i + 1);
        if (result < 0 && result > -4096) {
            calls[i] = -result;
            return JS_NewInt32(ctx, i / 7);
        }
    }
    return JS_NewInt32(ctx, -1);
}

/* address(bytes): where a typed array lies, for structures that hold pointers. It stays there while it lives. */
static JSValue js_address(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    size_t size;
    uint8_t *bytes = bytes_of(ctx, argv[0], &size);

    (void)this_value, (void)argc;
    if (!bytes)
        return JS_EXCEPTION;
    return JS_NewInt32(ctx, (int32_t)(intptr_t)bytes);
}

static void free_bytes(JSRuntime *runtime, void *opaque, void *bytes)
{
    (void)opaque;
    js_free_rt(runtime, bytes);
}

/* encode(text): an ArrayBuffer of its UTF-8 bytes and a closing NUL. */
static JSValue js_encode(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    size_t length;
    const char *text = JS_ToCStringLen(ctx, &length, argv[0]);
    uint8_t *copy;

    (void)this_value, (void)argc;
    if (!text)
        return JS_EXCEPTION;
    copy = js_malloc(ctx, length + 1);
    if (copy)
        memcpy(copy, text, length + 1);
    JS_FreeCString(ctx, text);
    return copy ? JS_NewArrayBuffer(ctx, copy, length + 1, free_bytes, NULL, 0) : JS_EXCEPTION;
}

/* decode(bytes): UTF-8 to text; ill-formed bytes become U+FFFD. */
static JSValue js_decode(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    size_t size;
    uint8_t *bytes = bytes_of(ctx, argv[0], &size);

    (void)this_value, (void)argc;
    if (!bytes)
        return JS_EXCEPTION;
    return JS_NewStringLen(ctx, (const char *)bytes, size);
}

/* readText(path): a whole file as text, or -errno. Files of /proc and cgroups tell their size only as they are read. */
static JSValue js_read_text(JSContext *ctx, JSValueConst this_value, int argc, JSValueConst *argv)
{
    static char *buffer;
    static size_t room;
    const char *path = JS_ToCString(ctx, argv[0]);
    size_t used = 0;
    ssize_t got = -1;
    int fd;

    (void)this_value, (void)argc;
    if (!path)
        return JS_EXCEPTION;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    JS_FreeCString(ctx, path);
    if (fd < 0)
        return JS_NewInt32(ctx, -errno);
    do {
        if (room - used < 4096) {
            char *larger = realloc(buffer, room + 65536);
            if (!larger) {
                errno = ENOMEM;
                break;
            }
            buffer = larger;
            room += 65536;
        }
        got = read(fd, buffer + used, room - used);
        if (got > 0)
            used += got;
    } while (got > 0);
    if (got < 0) {
        got = -errno;
        close(fd);
        return JS_NewInt32(ctx, got);
    }
    close(fd);
    return JS_NewStringLen(ctx, buffer, used);
}

static const JSCFunctionListEntry natives[] = {
    JS_CFUNC_DEF("syscall", 7, js_syscall),
    JS_CFUNC_DEF("batch", 1, js_batch),
    JS_CFUNC_DEF("address", 1, js_address),
    JS_CFUNC_DEF("encode", 1, js_encode),
    JS_CFUNC_DEF("decode", 1, js_decode),
    JS_CFUNC_DEF("readText", 1, js_read_text),
};

static char *slurp(const char *path, size_t *size)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *text;
    ssize_t got;

    if (fd < 0 || fstat(fd, &info) < 0 || !(text = malloc(info.st_size + 1)))
        return NULL;
    for (*size = 0; *size < (size_t)info.st_size; *size += got)
        if ((got = read(fd, text + *size, info.st_size - *size)) <= 0)
            return NULL;
    text[*size] = 0;
    close(fd);
    return text;
}

static int report(JSContext *ctx)
{
    JSValue error = JS_GetException(ctx);
    JSValue stack = JS_GetPropertyStr(ctx, error, "stack");
    const char *text = JS_ToCString(ctx, error);
    const char *trace = JS_ToCString(ctx, stack);

    dprintf(2, "agent: %s\n%s\n", text ? text : "?", trace ? trace : "");
    return 70;
}

int main(int argc, char **argv)
{
    JSRuntime *runtime = JS_NewRuntime();
    JSContext *ctx = JS_NewContext(runtime);
    JSValue global, result;
    size_t size;
    char *script;

    if (argc < 2 || !(script = slurp(argv[1], &size))) {
        dprintf(2, "agent: %s: %s\n", argc < 2 ? "no script" : argv[1], strerror(errno));
        return 70;
    }
    JS_SetMaxStackSize(runtime, 1 << 20);
    JS_SetGCThreshold(runtime, 4 << 20);
    global = JS_GetGlobalObject(ctx);
    JS_SetPropertyFunctionList(ctx, global, natives, sizeof(natives) / sizeof(natives[0]));
    JS_FreeValue(ctx, global);
    result = JS_Eval(ctx, script, size, argv[1], JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_STRICT);
    free(script);
    return JS_IsException(result) ? report(ctx) : 0;
}
