/*
 * replay READER ROUNDS: sends the command APDUs that stand on its standard input, one a line in hexadecimal, and prints the nanoseconds that
 * each round of them took. An empty line is a new connection: exclusive, and leaving the card as it is. What the card answers does not matter.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <winscard.h>

#define MOST_COMMANDS 1000

struct command {
    unsigned char bytes[262];
    DWORD length;
};

static struct command script[MOST_COMMANDS];
static int commands;

static void must(LONG result, const char *what)
{
    if (result != SCARD_S_SUCCESS) {
        fprintf(stderr, "replay: %s: %s\n", what, pcsc_stringify_error(result));
        exit(1);
    }
}

static unsigned long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (unsigned long long)time.tv_sec * 1000000000ull + (unsigned long long)time.tv_nsec;
}

static void read_script(void)
{
    char line[600];
    while (commands < MOST_COMMANDS && fgets(line, sizeof line, stdin) != NULL) {
        struct command *next = &script[commands++];
        line[strcspn(line, "\n")] = '\0';
        for (const char *digits = line; digits[0] != '\0' && digits[1] != '\0'; digits += 2) {
            char pair[3] = {digits[0], digits[1], '\0'};
            next->bytes[next->length++] = (unsigned char)strtoul(pair, NULL, 16);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: replay READER ROUNDS\n");
        return 64;
    }
    read_script();
    SCARDCONTEXT context;
    must(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context), "SCardEstablishContext");
    for (int round = 0; round < atoi(argv[2]); round++) {
        unsigned long long began = now();
        SCARDHANDLE card = 0;
        for (int at = 0; at < commands; at++) {
            unsigned char answer[258];
            DWORD answered = sizeof answer, protocol;
            if (script[at].length == 0) {
                if (at > 0)
                    must(SCardDisconnect(card, SCARD_LEAVE_CARD), "SCardDisconnect");
                must(SCardConnect(context, argv[1], SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol), "SCardConnect");
                continue;
            }
            must(SCardTransmit(card, SCARD_PCI_T1, script[at].bytes, script[at].length, NULL, answer, &answered), "SCardTransmit");
        }
        must(SCardDisconnect(card, SCARD_LEAVE_CARD), "SCardDisconnect");
        printf("%llu\n", now() - began);
    }
    SCardReleaseContext(context);
    return 0;
}
