#define _GNU_SOURCE  // sched_getaffinity
#include "ckernels.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#if defined(__x86_64__)
#define RELAX() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define RELAX() __asm__ volatile("yield")
#else
#define RELAX() ((void)0)
#endif

// How long a thread looks for work before it sleeps: a few tens of microseconds, the time between
// two loops of one token. Longer would take the core from others on a busy machine.
enum { SPINS = 2000 };

typedef struct { void *memory; size_t byteCount; } scratch;

struct ck_pool {
    int32_t threads;
    pthread_t *workers;
    scratch *scratches;
    pthread_mutex_t callers;  // one loop at a time

    // The loop under way, read only by a thread that holds one of its indices: the loop does not end
    // before that index is done.
    void (*body)(void *, size_t, int32_t);
    void *context;
    unsigned count;

    _Alignas(64) atomic_uint generation;
    _Alignas(64) _Atomic uint64_t ticket;  // generation << 32 | how many indices are left
    _Alignas(64) atomic_uint finished;     // indices that are done

    pthread_mutex_t lock;  // guards sleeping only
    pthread_cond_t wake;
    atomic_int sleepers;
    atomic_bool quits;
};

typedef struct { ck_pool *pool; int32_t thread; } worker_start;

// Takes indices of one generation until there are none left. A thread that comes late finds the ticket
// of another generation and leaves, so nobody waits for a thread that holds no index: a core that is
// busy with something else costs its share of the work and no more.
static void work(ck_pool *pool, unsigned generation, int32_t thread) {
    uint64_t ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
    // The ticket alone says what is left: a count beside it could be the next loop's already.
    while ((unsigned)(ticket >> 32) == generation && (unsigned)ticket > 0) {
        if (!atomic_compare_exchange_weak_explicit(&pool->ticket, &ticket, ticket - 1, memory_order_acq_rel,
                                                   memory_order_acquire))
            continue;
        pool->body(pool->context, pool->count - (unsigned)ticket, thread);
        atomic_fetch_add_explicit(&pool->finished, 1, memory_order_release);
        ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
    }
}

// Waits until the generation differs from `seen`: spins, then sleeps.
static unsigned next_generation(ck_pool *pool, unsigned seen) {
    for (int spin = 0; spin < SPINS; spin++) {
        unsigned now = atomic_load_explicit(&pool->generation, memory_order_acquire);
        if (now != seen) return now;
        RELAX();
    }
    pthread_mutex_lock(&pool->lock);
    atomic_fetch_add(&pool->sleepers, 1);
    unsigned now;
    while ((now = atomic_load(&pool->generation)) == seen) pthread_cond_wait(&pool->wake, &pool->lock);
    atomic_fetch_sub(&pool->sleepers, 1);
    pthread_mutex_unlock(&pool->lock);
    return now;
}

static void wake_workers(ck_pool *pool) {
    atomic_fetch_add(&pool->generation, 1);
    // A worker counts itself a sleeper before it looks at the generation for the last time, so one
    // that this misses has seen the new generation.
    if (atomic_load(&pool->sleepers) == 0) return;
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
}

static void *worker(void *argument) {
    worker_start start = *(worker_start *)argument;
    free(argument);
    unsigned seen = 0;
    for (;;) {
        seen = next_generation(start.pool, seen);
        if (atomic_load(&start.pool->quits)) return NULL;
        work(start.pool, seen, start.thread);
    }
}

ck_pool *ck_pool_create(int32_t threads) {
    if (threads < 1) threads = 1;
    ck_pool *pool = aligned_alloc(64, (sizeof(ck_pool) + 63) / 64 * 64);
    if (!pool) return NULL;
    *pool = (ck_pool){.threads = 1};
    pool->workers = calloc((size_t)threads, sizeof *pool->workers);
    pool->scratches = calloc((size_t)threads + 1, sizeof *pool->scratches);
    if (!pool->workers || !pool->scratches) {
        free(pool->workers);
        free(pool->scratches);
        free(pool);
        return NULL;
    }
    pthread_mutex_init(&pool->callers, NULL);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    // Where the system refuses a thread, the pool is smaller; results do not change.
    while (pool->threads < threads) {
        worker_start *start = malloc(sizeof *start);
        if (!start) break;
        *start = (worker_start){pool, pool->threads};
        if (pthread_create(&pool->workers[pool->threads], NULL, worker, start) != 0) {
            free(start);
            break;
        }
        pool->threads++;
    }
    return pool;
}

void ck_pool_destroy(ck_pool *pool) {
    if (!pool) return;
    atomic_store(&pool->quits, true);
    wake_workers(pool);
    for (int32_t thread = 1; thread < pool->threads; thread++) pthread_join(pool->workers[thread], NULL);
    for (int32_t thread = 0; thread <= pool->threads; thread++) {
        scratch *own = &pool->scratches[thread];
        if (own->memory) munmap(own->memory, own->byteCount);
    }
    free(pool->scratches);
    free(pool->workers);
    free(pool);
}

int32_t ck_pool_threads(const ck_pool *pool) { return pool->threads; }

int32_t ck_available_threads(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0 ? CPU_COUNT(&set) : 1;
}

void ck_parallel(ck_pool *pool, size_t count, void (*body)(void *, size_t, int32_t), void *context) {
    if (pool->threads == 1 || count < 2) {
        for (size_t index = 0; index < count; index++) body(context, index, 0);
        return;
    }
    pthread_mutex_lock(&pool->callers);
    pool->body = body;
    pool->context = context;
    pool->count = (unsigned)count;
    unsigned generation = atomic_load_explicit(&pool->generation, memory_order_relaxed) + 1;
    atomic_store_explicit(&pool->finished, 0, memory_order_relaxed);
    atomic_store_explicit(&pool->ticket, (uint64_t)generation << 32 | count, memory_order_release);
    wake_workers(pool);
    work(pool, generation, 0);
    for (int spin = 0; atomic_load_explicit(&pool->finished, memory_order_acquire) < count; spin++) {
        // A worker that another program has pushed aside needs the core more than this loop does.
        if (spin < SPINS) RELAX(); else sched_yield();
    }
    pthread_mutex_unlock(&pool->callers);
}

void *ck_scratch(ck_pool *pool, int32_t thread, size_t byteCount) {
    scratch *own = &pool->scratches[thread];
    if (own->byteCount >= byteCount) return own->memory;
    if (own->memory) munmap(own->memory, own->byteCount);
    *own = (scratch){0};
    size_t rounded = (byteCount + 0xFFFF) & ~(size_t)0xFFFF;
    void *memory = mmap(NULL, rounded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    *own = (scratch){memory, rounded};
    return memory;
}
