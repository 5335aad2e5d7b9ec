// What glibc keeps from Swift: calls behind _GNU_SOURCE.
#pragma once
#include <sys/types.h>

// Starts a program whose standard input is `input`, whose standard output is a new pipe, and which has
// no other descriptor (its standard error goes nowhere) and no environment but LD_LIBRARY_PATH.
// Where there is a `secret`, its `secret_count` bytes (up to 4096) wait in a pipe that is descriptor 3.
// `arguments` ends with a null and begins with the program's name.
// Returns 0 and the process and the pipe's other end, or an error number.
int cs_spawn(const char *program, char *const *arguments, int input, const void *secret,
             size_t secret_count, pid_t *process, int *output);

// Gives the system back what the allocator keeps of freed memory.
void cs_return_memory(void);

// A file for reading and writing in `folder` that has no name, or -1 and errno.
int cs_unnamed_file(const char *folder);
