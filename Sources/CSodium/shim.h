// libsodium's header, and how a file's bytes are hidden: here once, for the two programs that must agree.
#pragma once
#include <sodium.h>
#include <string.h>

#define SOTTO_KEY_BYTES crypto_stream_xchacha20_KEYBYTES

// XORs `count` bytes that lie at `offset` in a file with the key's stream; a second time gives them back.
// A key is for one file, no byte of which is written twice: so the nonce may be zero.
static inline void sotto_seal(unsigned char *bytes, size_t count, uint64_t offset,
                              const unsigned char *key)
{
    static const unsigned char nonce[crypto_stream_xchacha20_NONCEBYTES] = {0};
    uint64_t block = offset / 64;
    size_t before = offset % 64;
    if (before) {
        unsigned char edge[64] = {0};
        size_t part = 64 - before < count ? 64 - before : count;
        memcpy(edge + before, bytes, part);
        crypto_stream_xchacha20_xor_ic(edge, edge, sizeof edge, nonce, block, key);
        memcpy(bytes, edge + before, part);
        sodium_memzero(edge, sizeof edge);
        bytes += part;
        count -= part;
        block += 1;
    }
    if (count) crypto_stream_xchacha20_xor_ic(bytes, bytes, count, nonce, block, key);
}
