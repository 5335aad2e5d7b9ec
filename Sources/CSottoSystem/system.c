#define _GNU_SOURCE
#include "csystem.h"
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// Descriptors, then signals as a program expects them (those of the terminal are for its parent, which may
// ignore them), then the start; the first error ends it.
static int start(const char *program, char *const *arguments, int input, int output, int secret,
                 pid_t *process, posix_spawn_file_actions_t *actions,
                 posix_spawnattr_t *attributes)
{
    int error = 0;
    if ((error = posix_spawn_file_actions_adddup2(actions, input, 0)) ||
        (error = posix_spawn_file_actions_adddup2(actions, output, 1)) ||
        (error = posix_spawn_file_actions_addopen(actions, 2, "/dev/null", O_WRONLY, 0)) ||
        (secret >= 0 && (error = posix_spawn_file_actions_adddup2(actions, secret, 3))) ||
        (error = posix_spawn_file_actions_addclosefrom_np(actions, secret >= 0 ? 4 : 3)))
        return error;

    sigset_t none, usual;
    sigemptyset(&none);
    sigfillset(&usual);
    if ((error = posix_spawnattr_setsigmask(attributes, &none)) ||
        (error = posix_spawnattr_setsigdefault(attributes, &usual)) ||
        (error = posix_spawnattr_setpgroup(attributes, 0)) ||
        (error = posix_spawnattr_setflags(
             attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP)))
        return error;

    char *environment[2] = {NULL, NULL};
    const char *path = getenv("LD_LIBRARY_PATH");
    if (path && asprintf(&environment[0], "LD_LIBRARY_PATH=%s", path) < 0) return ENOMEM;
    error = posix_spawn(process, program, actions, attributes, arguments, environment);
    free(environment[0]);
    return error;
}

// A pipe's end that `count` bytes can be read from, -1 for none; or an error number.
static int hold(const void *secret, size_t count, int *end)
{
    *end = -1;
    if (!secret) return 0;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC)) return errno;
    ssize_t written = write(ends[1], secret, count);
    int error = written < 0 ? errno : (size_t)written < count ? EMSGSIZE : 0;
    close(ends[1]);
    if (error)
        close(ends[0]);
    else
        *end = ends[0];
    return error;
}

int cs_spawn(const char *program, char *const *arguments, int input, const void *secret,
             size_t secret_count, pid_t *process, int *output)
{
    int held;
    int error = hold(secret, secret_count, &held);
    if (error) return error;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC)) {
        error = errno;
        if (held >= 0) close(held);
        return error;
    }
    // A quarter of a minute of sound, so that decoding goes on while the model works.
    fcntl(ends[0], F_SETPIPE_SZ, 1 << 20);

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    error = start(program, arguments, input, ends[1], held, process, &actions, &attributes);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);

    if (held >= 0) close(held);
    close(ends[1]);
    if (error)
        close(ends[0]);
    else
        *output = ends[0];
    return error;
}

void cs_return_memory(void) { malloc_trim(0); }

int cs_unnamed_file(const char *folder)
{
    int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return file;
    // A file system without unnamed files: it has a name for an instant.
    char path[4096];
    if (snprintf(path, sizeof path, "%s/sotto-XXXXXX", folder) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    file = mkostemp(path, O_CLOEXEC);
    if (file >= 0) unlink(path);
    return file;
}
