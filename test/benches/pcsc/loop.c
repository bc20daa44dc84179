/*
 * loop READER ROUNDS [hold]: reads a MIFARE Classic card's uid and 16 blocks (FF CA; for each of six sectors FF 82 and FF 86 with
 * key A FFFFFFFFFFFF; FF B0 for each of its data blocks, 16 in all), and prints the nanoseconds that each round took.
 * A round connects in exclusive mode and leaves the card as it is; with `hold`, one connection serves all rounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <winscard.h>

static SCARDCONTEXT context;
static SCARDHANDLE card;

static void must(LONG result, const char *what)
{
    if (result != SCARD_S_SUCCESS) {
        fprintf(stderr, "loop: %s: %s\n", what, pcsc_stringify_error(result));
        exit(1);
    }
}

static void exchange(const unsigned char *command, DWORD length)
{
    unsigned char answer[258];
    DWORD answered = sizeof answer;
    must(SCardTransmit(card, SCARD_PCI_T1, command, length, NULL, answer, &answered), "SCardTransmit");
    if (answered < 2 || answer[answered - 2] != 0x90 || answer[answered - 1] != 0x00) {
        fprintf(stderr, "loop: command FF %02X was refused\n", command[1]);
        exit(1);
    }
}

static void take(const char *reader)
{
    DWORD protocol;
    must(SCardConnect(context, reader, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol), "SCardConnect");
}

static void read_card(void)
{
    static const unsigned char get_uid[] = {0xFF, 0xCA, 0x00, 0x00, 0x00};
    static const unsigned char load_key[] = {0xFF, 0x82, 0x00, 0x00, 0x06, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    exchange(get_uid, sizeof get_uid);
    for (int read = 0, block = 0; read < 16; block++) {
        if (block % 4 == 3)
            continue;
        if (block % 4 == 0) {
            unsigned char authenticate[] = {0xFF, 0x86, 0x00, 0x00, 0x05, 0x01, 0x00, (unsigned char)block, 0x60, 0x00};
            exchange(load_key, sizeof load_key);
            exchange(authenticate, sizeof authenticate);
        }
        unsigned char read_block[] = {0xFF, 0xB0, 0x00, (unsigned char)block, 0x10};
        exchange(read_block, sizeof read_block);
        read++;
    }
}

static unsigned long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (unsigned long long)time.tv_sec * 1000000000ull + (unsigned long long)time.tv_nsec;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: loop READER ROUNDS [hold]\n");
        return 64;
    }
    int holds = argc > 3 && strcmp(argv[3], "hold") == 0;
    must(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context), "SCardEstablishContext");
    if (holds)
        take(argv[1]);
    for (int round = 0; round < atoi(argv[2]); round++) {
        unsigned long long began = now();
        if (!holds)
            take(argv[1]);
        read_card();
        if (!holds)
            must(SCardDisconnect(card, SCARD_LEAVE_CARD), "SCardDisconnect");
        printf("%llu\n", now() - began);
    }
    SCardReleaseContext(context);
    return 0;
}
