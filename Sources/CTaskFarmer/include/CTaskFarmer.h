// What Swift cannot reach: a child between vfork and exec, variadic and shadowed system calls, raw arguments.
#ifndef CTASKFARMER_H
#define CTASKFARMER_H

#include <stddef.h>
#include <stdint.h>

struct tf_limit {
    int resource;
    unsigned long most;  ///< soft and hard, but never above the hard limit there is
};

/// What a process is bound by from its beginning.
struct tf_bounds {
    const unsigned long *processors;  ///< a bit for each; NULL for all
    size_t processor_bytes;
    const struct tf_limit *limits;
    size_t limit_count;
    int niceness;     ///< added to the caller's
    int io_priority;  ///< as ioprio_set(2) has it; 0 to leave it
    int group_tasks;  ///< a descriptor of a control group's list of processes, or -1
};

/// A process to start. All pointers stay valid until tf_spawn returns.
struct tf_spawn {
    const char *const *candidates;   ///< executable paths tried in order with `arguments`; ends in NULL, may be empty
    char *const *arguments;          ///< argv for the candidates; ends in NULL
    const char *fallback;            ///< tried last, with `fallback_arguments`; may be NULL
    char *const *fallback_arguments;
    char *const *environment;
    int standard_input;              ///< becomes descriptor 0
    int standard_output;             ///< becomes descriptors 1 and 2
    int inherited;                   ///< becomes descriptor 3, or -1
    const char *folder;              ///< where it starts; NULL for where the caller is
    const struct tf_bounds *bounds;  ///< NULL for none of its own
};

/// Starts a process in a group of its own that dies with the calling thread. Costs a vfork.
/// Returns the process ID, with in *error why the candidates were refused if it was the fallback that was executed; or -1 with the error number in *error and what failed in *stage.
int tf_spawn(const struct tf_spawn *request, int *error, int *stage);
enum { TF_FORK, TF_EXEC, TF_FOLDER, TF_BOUNDS };

/// One ended child of the calling thread, left unreaped: 1 with *pid, 0 if none has ended, -1 with errno.
int tf_peek_ended(int *pid);

/// A descriptor that can be read when the process has ended (pidfd_open); -1 where there is none to be had.
int tf_process_descriptor(int process);

int tf_flock(int descriptor, int operation);
int tf_open(const char *path, int flags, unsigned mode);
int tf_openat(int folder, const char *path, int flags, unsigned mode);
int tf_memfd(const char *name);
int tf_terminal_size(int descriptor, int *rows, int *columns);
/// From now on, by whatever signal this process ends that can be caught and is not blocked: the terminal gets back the settings that it has
/// now, and is sent at most 64 bytes. 0, or -1 where there is no terminal.
int tf_guard_terminal(int input, int output, const void *bytes, size_t count);
void tf_release_terminal(void);
int tf_signal_descriptor(const int *signals, size_t count);
int tf_block_signals(const int *signals, size_t count);
/// Pending signals, at most 16; how many there were.
int tf_take_signals(int descriptor, int *signals, int count);
int tf_ignore_signal(int signal);
int tf_close_on_exec_all(void);
int tf_affinity_count(void);
/// The processors this process may run on, at most `count`, ascending; how many there are, or -1.
int tf_affinity(int *processors, int count);
int tf_wakeup(void);
/// A pipe with close-on-exec ends of which the reading one does not block.
int tf_pipe(int *reading, int *writing);
/// A set of descriptors (epoll).
int tf_readiness(void);
int tf_readiness_add(int set, int descriptor, long token);
int tf_readiness_remove(int set, int descriptor);
int tf_readiness_take(int set, long *tokens, int count);
/// Lets this process open so many descriptors, as far as it may; its children get back what it had.
int tf_allow_descriptors(size_t count);
/// Waits until a descriptor can be read; negative nanoseconds wait for ever. Bit N of the result: the Nth can be.
int tf_wait_readable(const int *descriptors, size_t count, long nanoseconds);
/// A socket that listens at a numeric IPv4 or IPv6 address without ever waiting, or -1 with errno (EINVAL: no such address). Writes the
/// port that it got, and the address in its shortest form to `shown`, which has room for 46 bytes.
int tf_listen(const char *address, int *port, char *shown);
/// The next connection, which does not wait either, or -1 with errno.
int tf_accept(int listening);
/// How many descriptors this process may have open.
long tf_descriptor_limit(void);
/// Gives large blocks back to the system at once, and keeps few pools of small ones.
void tf_spare_memory(void);
void tf_own_usage(long *microseconds, long *resident_kib);
long tf_filesystem_kind(const char *path);
/// Has what was written to a file sent to its device, without waiting.
void tf_begin_flush(int descriptor);
/// Where a byte is: writes its offsets, rising, to `found`, which has room for `count`. Returns how many there are.
size_t tf_find_all(const uint8_t *bytes, size_t count, uint8_t byte, uint32_t *found);

#endif
