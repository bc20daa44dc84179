/*
 * presence READER: prints CLOCK_MONOTONIC in nanoseconds, one line each time a card appears in the reader.
 * Prints "ready" once it waits. It is the floor against which the driver's own notice of a card is measured.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <winscard.h>

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: presence READER\n");
        return 64;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    SCARDCONTEXT context;
    LONG result = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context);
    SCARD_READERSTATE reader = {.szReader = argv[1], .dwCurrentState = SCARD_STATE_UNAWARE};
    if (result == SCARD_S_SUCCESS)
        result = SCardGetStatusChange(context, 0, &reader, 1);
    printf("ready\n");
    DWORD before = reader.dwEventState;
    while (result == SCARD_S_SUCCESS) {
        reader.dwCurrentState = reader.dwEventState;
        result = SCardGetStatusChange(context, INFINITE, &reader, 1);
        if (!(before & SCARD_STATE_PRESENT) && (reader.dwEventState & SCARD_STATE_PRESENT)) {
            struct timespec now;
            clock_gettime(CLOCK_MONOTONIC, &now);
            printf("%llu\n", (unsigned long long)now.tv_sec * 1000000000ull + (unsigned long long)now.tv_nsec);
        }
        before = reader.dwEventState;
    }
    fprintf(stderr, "presence: %s\n", pcsc_stringify_error(result));
    return 1;
}
