// Runs the text of CUDA kernels on the CPU, one fiber a thread, to check their values where there is no GPU.
//
// Modelled: indices; static and dynamic shared memory; __syncthreads; shuffles over full warps; collective matrix
// instructions; copies that arrive when they are waited for; atomics. A fiber runs until its next barrier, in an order
// of `order`'s choice: a value that depends on it shows a missing barrier. A barrier that not every thread reaches fails
// the launch. Not modelled: time, divergence inside a collective, bank conflicts, caches, blocks at the same time.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <utility>
#include <vector>
#include <sys/mman.h>

struct dim3 {
    unsigned x = 1, y = 1, z = 1;
};

extern "C" void fiber_switch(void **from, void *to);

namespace fibers {

struct Barrier {
    int arrived = 0;
    long generation = 0;
};

/// A copy to shared memory that has not arrived.
struct Copy {
    void *to;
    const void *from;
    bool isValid;
    long group;
};

struct Thread {
    void *stackPointer = nullptr;
    char *stack = nullptr;
    dim3 index;
    bool isDone = false;
    std::vector<Copy> copies;
    long group = 0;
};

/// 64 bytes in and out for each lane; two of them take turns, so that one barrier is enough for an exchange.
struct Warp {
    Barrier barrier;
    int lanes = 0;
    int uses[32] = {};
    uint64_t slot[2][32][8];
};

struct Block {
    std::vector<Thread> threads;
    std::vector<Warp> warps;
    std::vector<unsigned char> shared;
    Barrier barrier;
    int live = 0, current = 0;
    long progress = 0;
    void *scheduler = nullptr;
    bool isFaulty = false;
    std::function<void()> body;
};

/// Forward, backward, or shuffled with this seed.
enum : int { forward = 0, backward = 1 };

inline thread_local int order = forward;
inline thread_local Block *block = nullptr;
inline thread_local dim3 blockDimension, gridDimension, blockIndex;
inline thread_local std::vector<char *> stacks;
constexpr size_t stackBytes = 1 << 16;

inline Thread &self() { return block->threads[block->current]; }
inline int lane() { return block->current & 31; }
inline Warp &warp() { return block->warps[block->current >> 5]; }
inline void yield() {
    Thread &t = self();
    fiber_switch(&t.stackPointer, block->scheduler);
}

inline void wait(Barrier &b, const int &expected) {
    const long generation = b.generation;
    if (++b.arrived >= expected) {
        b.arrived = 0;
        b.generation++;
        block->progress++;
        return;
    }
    while (b.generation == generation) yield();
}

inline void entry() {
    block->body();
    self().isDone = true;
    block->live--;
    block->progress++;
    warp().lanes--;
    // Those that wait go on without it.
    if (block->live > 0 && block->barrier.arrived >= block->live) {
        block->barrier.arrived = 0;
        block->barrier.generation++;
    }
    yield();
}

inline void prepare(Thread &t, size_t number) {
    while (stacks.size() <= number) {
        void *made = mmap(nullptr, stackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        stacks.push_back(static_cast<char *>(made));
    }
    t.stack = stacks[number];
    auto top = reinterpret_cast<uintptr_t>(t.stack + stackBytes) & ~uintptr_t(15);
#if defined(__x86_64__)
    auto *p = reinterpret_cast<uint64_t *>(top);
    *--p = 0;                                      // keeps the stack aligned as after a call
    *--p = reinterpret_cast<uint64_t>(&entry);
    for (int i = 0; i < 6; i++) *--p = 0;
    t.stackPointer = p;
#elif defined(__aarch64__)
    auto *p = reinterpret_cast<uint64_t *>(top) - 20;
    std::memset(p, 0, 160);
    p[11] = reinterpret_cast<uint64_t>(&entry);    // x30
    t.stackPointer = p;
#else
#error "fibers for this processor are not written"
#endif
}

/// Runs `kernel` for every block of the grid, one after the other.
///
/// - Returns: false where a barrier was not reached by all threads, or an access was not aligned.
inline bool launch(dim3 grid, dim3 size, size_t sharedBytes, const std::function<void()> &kernel) {
    blockDimension = size;
    gridDimension = grid;
    const int count = int(size.x * size.y * size.z);
    Block b;
    block = &b;
    b.body = kernel;
    for (unsigned z = 0; z < grid.z; z++)
        for (unsigned y = 0; y < grid.y; y++)
            for (unsigned x = 0; x < grid.x; x++) {
                blockIndex = {x, y, z};
                b.threads.assign(count, Thread());
                b.warps.assign((count + 31) / 32, Warp());
                b.barrier = Barrier();
                b.live = count;
                b.shared.assign(sharedBytes + 128, 0xFF);      // poisoned: nothing may rely on zeros
                for (int i = 0; i < count; i++) {
                    Thread &t = b.threads[i];
                    t.index = {i % size.x, i / size.x % size.y, i / (size.x * size.y)};
                    prepare(t, i);
                    b.warps[i >> 5].lanes++;
                }
                while (b.live > 0) {
                    const long before = b.progress;
                    const int alive = b.live;
                    for (int i = 0; i < count; i++) {
                        b.current = order == backward ? count - 1 - i : i;
                        Thread &t = b.threads[b.current];
                        if (!t.isDone) fiber_switch(&b.scheduler, t.stackPointer);
                    }
                    if (b.live == alive && b.progress == before) return false;
                }
            }
    return !b.isFaulty;
}

/// Every lane puts up to 64 bytes in; returns what all have put in.
template <class T> const uint64_t (&gather(const T &value))[32][8] {
    static_assert(sizeof(T) <= 64);
    Warp &w = warp();
    auto &slot = w.slot[w.uses[lane()]++ & 1];
    std::memcpy(slot[lane()], &value, sizeof value);
    wait(w.barrier, w.lanes);
    return slot;
}

template <class T> T exchange(T value, int from) {
    const auto &slot = gather(value);
    T result;
    std::memcpy(&result, slot[from & 31], sizeof result);
    return result;
}

inline void arrive(long upTo) {
    Thread &t = self();
    size_t kept = 0;
    for (Copy &c : t.copies) {
        if (c.group > upTo) {
            t.copies[kept++] = c;
        } else if (c.isValid) {
            std::memcpy(c.to, c.from, 16);
        } else {
            std::memset(c.to, 0, 16);
        }
    }
    t.copies.resize(kept);
}

}  // namespace fibers
