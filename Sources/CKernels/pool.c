#include "ckernels.h"
#include <stdlib.h>
struct ck_pool { int32_t threads; };
ck_pool *ck_pool_create(int32_t threads) { ck_pool *p = malloc(sizeof *p); if (p) p->threads = threads; return p; }
void ck_pool_destroy(ck_pool *pool) { free(pool); }
void ck_parallel(ck_pool *pool, size_t count, void (*body)(void *, size_t), void *context) { (void)pool; for (size_t i = 0; i < count; i++) body(context, i); }
