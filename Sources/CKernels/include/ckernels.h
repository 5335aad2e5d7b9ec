#pragma once
#include <stddef.h>
#include <stdint.h>

// Kernels of the CPU backend. Everything is row-major float unless a name says otherwise.
// Output first, sizes last; no two arguments may overlap unless a line says so.

// A fixed set of threads that share loops; the caller is one of them.
typedef struct ck_pool ck_pool;
ck_pool *_Nullable ck_pool_create(int32_t threads);
void ck_pool_destroy(ck_pool *_Nullable pool);
// Calls body(context, i) for each i in 0..<count, on all threads, in no order; returns when all are done.
void ck_parallel(ck_pool *_Nonnull pool, size_t count,
                 void (*_Nonnull body)(void *_Nullable context, size_t index), void *_Nullable context);
