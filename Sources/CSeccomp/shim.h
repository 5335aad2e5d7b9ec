// libseccomp's header, and as functions what Swift cannot import.
#pragma once
#include <linux/futex.h>
#include <seccomp.h>
#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// No core dump, and no process of the same user may look inside.
static inline int sotto_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// The error of making a queue of no entries: EINVAL where nothing refuses it.
static inline int sotto_error_of_queue(void)
{
    return syscall(SYS_io_uring_setup, 0, (void *)0) < 0 ? errno : 0;
}

static inline uint32_t sotto_action_kill(void) { return SCMP_ACT_KILL_PROCESS; }
static inline uint32_t sotto_action_allow(void) { return SCMP_ACT_ALLOW; }
static inline uint32_t sotto_action_refuse(int code) { return SCMP_ACT_ERRNO(code); }
