/*
 * Loaded into pcscd by LD_PRELOAD. The vpcd reader driver of Debian 12 sends an APDU's length and its body in two
 * send() calls, which Nagle's algorithm and delayed acknowledgement turn into 44 ms an exchange; and it listens on every
 * address. So: no delay on what is accepted, and loopback only.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

static void send_at_once(int accepted)
{
    int on = 1;
    if (accepted >= 0)
        setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int accept(int listening, struct sockaddr *peer, socklen_t *length)
{
    int (*real)(int, struct sockaddr *, socklen_t *) = dlsym(RTLD_NEXT, "accept");
    int accepted = real(listening, peer, length);
    send_at_once(accepted);
    return accepted;
}

int bind(int descriptor, const struct sockaddr *address, socklen_t length)
{
    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
    if (address->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in loopback;
        memcpy(&loopback, address, sizeof loopback);
        loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return real(descriptor, (const struct sockaddr *)&loopback, sizeof loopback);
    }
    return real(descriptor, address, length);
}
