#define _GNU_SOURCE
#include "CTaskFarmer.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC 1U
#endif

// Handlers are reset by exec; only ignored signals survive it, so only those need a system call each.
static void restore_signals(const sigset_t *ignored) {
    struct sigaction plain;
    memset(&plain, 0, sizeof plain);
    plain.sa_handler = SIG_DFL;
    for (int number = 1; number < 65; number++)
        if (sigismember(ignored, number) == 1) sigaction(number, &plain, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static struct rlimit own_descriptors;
static int has_own_descriptors;

static void find_ignored(sigset_t *ignored) {
    sigemptyset(ignored);
    struct sigaction current;
    for (int number = 1; number < 65; number++)
        if (sigaction(number, NULL, &current) == 0 && current.sa_handler == SIG_IGN) sigaddset(ignored, number);
}

// dup2 onto the same number would keep close-on-exec, so that case clears the flag instead.
static int place(int from, int to) {
    if (from == to) return fcntl(to, F_SETFD, 0);
    return dup2(from, to) < 0 ? -1 : 0;
}

// In the child between vfork and exec.
static int bind_child(const struct tf_bounds *bounds) {
    if (bounds->group_tasks >= 0 && write(bounds->group_tasks, "0", 1) != 1) return -1;
    if (bounds->processors &&
        sched_setaffinity(0, bounds->processor_bytes, (const cpu_set_t *)bounds->processors))
        return -1;
    for (size_t index = 0; index < bounds->limit_count; index++) {
        struct rlimit limit;
        int resource = bounds->limits[index].resource;
        if (getrlimit(resource, &limit)) return -1;
        rlim_t most = bounds->limits[index].most;
        if (limit.rlim_max == RLIM_INFINITY || most < limit.rlim_max) limit.rlim_max = most;
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(resource, &limit)) return -1;
    }
    if (bounds->niceness) {
        errno = 0;
        int before = getpriority(PRIO_PROCESS, 0);
        if (setpriority(PRIO_PROCESS, 0, before + bounds->niceness)) return -1;
    }
    if (bounds->io_priority && syscall(SYS_ioprio_set, 1, 0, bounds->io_priority)) return -1;
    return 0;
}

int tf_spawn(const struct tf_spawn *request, int *error, int *stage) {
    static _Thread_local int prepared;
    static _Thread_local sigset_t ignored;
    static _Thread_local pid_t parent;
    if (!prepared) {
        find_ignored(&ignored);
        parent = getpid();
        prepared = 1;
    }
    volatile int failure = 0, reached = TF_FORK, refused = 0;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = vfork();
    if (child == 0) {
        // The parent's memory is borrowed until exec: nothing here may touch more than the stack and two words.
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(127);
        if (place(request->standard_input, 0) || place(request->standard_output, 1) || place(1, 2)) {
            failure = errno;
            _exit(127);
        }
        if (request->inherited >= 0 && place(request->inherited, 3)) {
            failure = errno;
            _exit(127);
        }
        if (request->folder && chdir(request->folder)) {
            reached = TF_FOLDER;
            failure = errno;
            _exit(127);
        }
        if (has_own_descriptors) setrlimit(RLIMIT_NOFILE, &own_descriptors);
        if (request->bounds && bind_child(request->bounds)) {
            reached = TF_BOUNDS;
            failure = errno;
            _exit(127);
        }
        restore_signals(&ignored);
        reached = TF_EXEC;
        int last = ENOENT;
        for (const char *const *path = request->candidates; *path; path++) {
            execve(*path, request->arguments, request->environment);
            if (errno != ENOENT && errno != ENOTDIR) last = errno;
        }
        if (request->fallback) {
            if (*request->candidates) refused = last;
            execve(request->fallback, request->fallback_arguments, request->environment);
            last = errno;
        }
        failure = last;  // written only by a child that is about to leave: it tells the parent so
        _exit(127);
    }
    int fork_error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (child < 0) {
        *error = fork_error;
        *stage = TF_FORK;
        return -1;
    }
    if (failure) {
        int status;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
        *error = failure;
        *stage = reached;
        return -1;
    }
    *error = refused;
    *stage = TF_EXEC;
    return child;
}

int tf_peek_ended(int *pid) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    int result;
    do result = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WNOTHREAD);
    while (result < 0 && errno == EINTR);
    if (result < 0) return errno == ECHILD ? 0 : -1;
    if (info.si_pid == 0) return 0;
    *pid = info.si_pid;
    return 1;
}

int tf_flock(int descriptor, int operation) { return flock(descriptor, operation); }
int tf_open(const char *path, int flags, unsigned mode) { return open(path, flags, mode); }
int tf_openat(int folder, const char *path, int flags, unsigned mode) { return openat(folder, path, flags, mode); }
int tf_memfd(const char *name) { return (int)syscall(SYS_memfd_create, name, MFD_CLOEXEC); }

int tf_terminal_size(int descriptor, int *rows, int *columns) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return -1;
    *rows = size.ws_row;
    *columns = size.ws_col;
    return 0;
}

// What ends a process unless it is caught. Those that end it in order are read from a descriptor.
static const int fatal_signals[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, SIGXCPU, SIGALRM,
                                    SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGIO, SIGPWR, SIGSTKFLT};
static struct {
    volatile sig_atomic_t is_guarded;
    int input, output;
    struct termios settings;
    char bytes[64];
    size_t count;
} guarded;

static void give_back_terminal(int number) {
    if (guarded.is_guarded) {
        guarded.is_guarded = 0;
        ssize_t wrote = write(guarded.output, guarded.bytes, guarded.count);
        (void)wrote;
        tcsetattr(guarded.input, TCSANOW, &guarded.settings);
    }
    // The signal's own action has been set again.
    raise(number);
}

int tf_guard_terminal(int input, int output, const void *bytes, size_t count) {
    static char stack[1 << 16];
    if (count > sizeof guarded.bytes || tcgetattr(input, &guarded.settings) != 0) return -1;
    memcpy(guarded.bytes, bytes, count);
    guarded.count = count;
    guarded.input = input;
    guarded.output = output;
    guarded.is_guarded = 1;
    // Also when this thread's own stack has run out.
    stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&other, NULL);
    struct sigaction action = {.sa_handler = give_back_terminal, .sa_flags = SA_RESETHAND | SA_NODEFER | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof fatal_signals / sizeof *fatal_signals; i++) sigaction(fatal_signals[i], &action, NULL);
    return 0;
}

void tf_release_terminal(void) { guarded.is_guarded = 0; }

// The same number on every architecture but alpha; older headers do not know it.
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
int tf_process_descriptor(int process) { return (int)syscall(SYS_pidfd_open, process, 0); }

static void make_set(sigset_t *set, const int *signals, size_t count) {
    sigemptyset(set);
    for (size_t index = 0; index < count; index++) sigaddset(set, signals[index]);
}

int tf_block_signals(const int *signals, size_t count) {
    sigset_t set;
    make_set(&set, signals, count);
    return pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int tf_signal_descriptor(const int *signals, size_t count) {
    sigset_t set;
    make_set(&set, signals, count);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int tf_take_signals(int descriptor, int *signals, int count) {
    struct signalfd_siginfo info[16];
    ssize_t got;
    do got = read(descriptor, info, sizeof info[0] * (count < 16 ? count : 16)); while (got < 0 && errno == EINTR);
    int taken = got < 0 ? 0 : (int)(got / (ssize_t)sizeof info[0]);
    for (int index = 0; index < taken; index++) signals[index] = (int)info[index].ssi_signo;
    return taken;
}

int tf_ignore_signal(int number) { return signal(number, SIG_IGN) == SIG_ERR ? -1 : 0; }

int tf_close_on_exec_all(void) {
    DIR *folder = opendir("/proc/self/fd");
    if (!folder) return -1;
    for (struct dirent *entry; (entry = readdir(folder));) {
        int descriptor = atoi(entry->d_name);
        if (descriptor > 2) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }
    return closedir(folder);
}

// The mask of a machine with more processors than cpu_set_t holds needs a larger buffer; the kernel says EINVAL.
int tf_affinity_count(void) {
    for (int processors = 1024; processors <= 1 << 20; processors *= 2) {
        cpu_set_t *set = CPU_ALLOC(processors);
        if (!set) return -1;
        size_t size = CPU_ALLOC_SIZE(processors);
        int result = sched_getaffinity(0, size, set);
        int count = result == 0 ? CPU_COUNT_S(size, set) : -1;
        CPU_FREE(set);
        if (result == 0) return count;
        if (errno != EINVAL) return -1;
    }
    return -1;
}

int tf_affinity(int *list, int count) {
    for (int processors = 1024; processors <= 1 << 20; processors *= 2) {
        cpu_set_t *set = CPU_ALLOC(processors);
        if (!set) return -1;
        size_t size = CPU_ALLOC_SIZE(processors);
        int found = -1;
        if (sched_getaffinity(0, size, set) == 0) {
            found = 0;
            for (int processor = 0; processor < processors && found < count; processor++)
                if (CPU_ISSET_S(processor, size, set)) list[found++] = processor;
        }
        CPU_FREE(set);
        if (found >= 0) return found;
        if (errno != EINVAL) return -1;
    }
    return -1;
}

int tf_wakeup(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int tf_wait_readable(const int *descriptors, size_t count, long nanoseconds) {
    struct pollfd list[16];
    if (count > 16) count = 16;
    for (size_t index = 0; index < count; index++) {
        list[index].fd = descriptors[index];
        list[index].events = POLLIN;
        list[index].revents = 0;
    }
    struct timespec time = {nanoseconds / 1000000000L, nanoseconds % 1000000000L};
    if (ppoll(list, count, nanoseconds < 0 ? NULL : &time, NULL) <= 0) return 0;
    int ready = 0;
    for (size_t index = 0; index < count; index++)
        if (list[index].revents) ready |= 1 << index;
    return ready;
}

int tf_pipe(int *reading, int *writing) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC)) return -1;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}

int tf_readiness(void) { return epoll_create1(EPOLL_CLOEXEC); }

int tf_readiness_add(int set, int descriptor, long token) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)token};
    return epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event);
}

int tf_readiness_remove(int set, int descriptor) { return epoll_ctl(set, EPOLL_CTL_DEL, descriptor, NULL); }

int tf_readiness_take(int set, long *tokens, int count) {
    struct epoll_event events[64];
    int got = epoll_wait(set, events, count < 64 ? count : 64, 0);
    for (int index = 0; index < got; index++) tokens[index] = (long)events[index].data.u64;
    return got;
}

int tf_allow_descriptors(size_t count) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit)) return -1;
    if (limit.rlim_cur >= count) return 0;
    own_descriptors = limit;
    limit.rlim_cur = limit.rlim_max < count ? limit.rlim_max : count;
    if (setrlimit(RLIMIT_NOFILE, &limit)) return -1;
    has_own_descriptors = 1;
    return 0;
}

int tf_listen(const char *address, int *port, char *shown) {
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } place;
    memset(&place, 0, sizeof place);
    int is_six = strchr(address, ':') != NULL;
    socklen_t size = is_six ? sizeof place.six : sizeof place.four;
    void *number = is_six ? (void *)&place.six.sin6_addr : (void *)&place.four.sin_addr;
    place.any.sa_family = is_six ? AF_INET6 : AF_INET;
    if (inet_pton(place.any.sa_family, address, number) != 1) {
        errno = EINVAL;
        return -1;
    }
    if (is_six) place.six.sin6_port = htons((uint16_t)*port);
    else place.four.sin_port = htons((uint16_t)*port);
    int listening = socket(place.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listening < 0) return -1;
    int yes = 1;
    // Connections that are being forgotten do not keep the next server out; one that listens still does.
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listening, &place.any, size) || listen(listening, 1024) || getsockname(listening, &place.any, &size) ||
        !inet_ntop(place.any.sa_family, number, shown, INET6_ADDRSTRLEN)) {
        int error = errno;
        close(listening);
        errno = error;
        return -1;
    }
    *port = ntohs(is_six ? place.six.sin6_port : place.four.sin_port);
    return listening;
}

int tf_accept(int listening) { return accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK); }

long tf_descriptor_limit(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur > LONG_MAX ? LONG_MAX : (long)limit.rlim_cur;
}

void tf_spare_memory(void) {
#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 2 << 20);
    mallopt(M_TRIM_THRESHOLD, 4 << 20);
#endif
}

void tf_own_usage(long *microseconds, long *resident_kib) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    *microseconds = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000L + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
    *resident_kib = used.ru_maxrss;
}

long tf_filesystem_kind(const char *path) {
    struct statfs facts;
    return statfs(path, &facts) == 0 ? (long)facts.f_type : -1;
}

void tf_begin_flush(int descriptor) { sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE); }

// 64 bytes are compared at once, with whatever instructions the target has for that.
typedef uint8_t bytes64 __attribute__((ext_vector_type(64), aligned(1)));
typedef bool bits64 __attribute__((ext_vector_type(64)));

size_t tf_find_all(const uint8_t *bytes, size_t count, uint8_t byte, uint32_t *found) {
    size_t n = 0, at = 0;
    for (; at + 64 <= count; at += 64) {
        bits64 equal = __builtin_convertvector(*(const bytes64 *)(bytes + at) == (bytes64)byte, bits64);
        uint64_t bits;
        memcpy(&bits, &equal, sizeof bits);
        for (; bits; bits &= bits - 1) found[n++] = (uint32_t)(at + (size_t)__builtin_ctzll(bits));
    }
    for (; at < count; at++)
        if (bytes[at] == byte) found[n++] = (uint32_t)at;
    return n;
}
