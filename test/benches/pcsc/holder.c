/*
 * holder READER shared|exclusive: another program that uses the reader. Connects, prints "connected" or pcsc-lite's name of
 * the error, and holds the card until its standard input ends.
 */
#include <stdio.h>
#include <string.h>
#include <winscard.h>

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: holder READER shared|exclusive\n");
        return 64;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    SCARDCONTEXT context;
    SCARDHANDLE card;
    DWORD protocol;
    DWORD mode = strcmp(argv[2], "exclusive") == 0 ? SCARD_SHARE_EXCLUSIVE : SCARD_SHARE_SHARED;
    LONG result = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context);
    if (result == SCARD_S_SUCCESS)
        result = SCardConnect(context, argv[1], mode, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol);
    if (result != SCARD_S_SUCCESS) {
        printf("%s\n", pcsc_stringify_error(result));
        return 1;
    }
    printf("connected\n");
    while (getchar() != EOF)
        ;
    SCardDisconnect(card, SCARD_LEAVE_CARD);
    SCardReleaseContext(context);
    return 0;
}
