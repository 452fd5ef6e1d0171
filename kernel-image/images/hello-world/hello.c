/* Prints that everything works and ends: no libc, two system calls. */

static const char message[] =
    "\n"
    "Hello from Docker!\n"
    "This message shows that your installation appears to be working correctly.\n"
    "\n"
    "To generate this message, Bottleship took the following steps:\n"
    " 1. The docker command contacted the engine, which runs beside the Linux\n"
    "    machine in your browser.\n"
    " 2. The engine pulled the \"hello-world\" image from the registry that comes\n"
    "    with the page.\n"
    "    (i386)\n"
    " 3. The engine created a new container from that image, in which the machine's\n"
    "    kernel runs the executable that produces the output you are reading.\n"
    " 4. The engine streamed that output to the docker command, which sent it to\n"
    "    your terminal.\n"
    "\n"
    "To try something more ambitious, you can run a shell in a container with:\n"
    " $ docker run -it busybox sh\n"
    "\n"
    "For more examples and ideas, visit:\n"
    " https://docs.docker.com/get-started/\n"
    "\n";

static int call(int number, int first, const void *second, int third)
{
    int result;

    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(first), "c"(second), "d"(third)
                     : "memory");
    return result;
}

void _start(void)
{
    enum { exit = 1, write = 4 };
    const char *rest = message;
    int length = sizeof(message) - 1;

    while (length > 0) {
        int written = call(write, 1, rest, length);
        if (written < 0)
            call(exit, 1, 0, 0);
        rest += written;
        length -= written;
    }
    call(exit, 0, 0, 0);
}
