// The least that running a list can cost: for each task open a log, posix_spawn, reap. Prints its rate and its own processor
// time, that of its children excluded.
// usage: SpawnLoop COUNT SLOTS FOLDER PROGRAM [ARGUMENT ...]
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv) {
    if (argc < 5) return 64;
    int count = atoi(argv[1]), slots = atoi(argv[2]), running = 0, next = 0;
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    while (next < count || running) {
        while (running < slots && next < count) {
            char path[4096];
            if (count > 10000) {
                snprintf(path, sizeof path, "%s/%04d", argv[3], next / 1000);
                if (next % 1000 == 0) mkdir(path, 0777);
                snprintf(path, sizeof path, "%s/%04d/log_%d", argv[3], next / 1000, next);
            } else {
                snprintf(path, sizeof path, "%s/log_%d", argv[3], next);
            }
            int log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
            if (log < 0) return 74;
            posix_spawn_file_actions_t actions;
            posix_spawn_file_actions_init(&actions);
            posix_spawn_file_actions_adddup2(&actions, nothing, 0);
            posix_spawn_file_actions_adddup2(&actions, log, 1);
            posix_spawn_file_actions_adddup2(&actions, log, 2);
            pid_t child;
            if (posix_spawn(&child, argv[4], &actions, NULL, argv + 4, environ)) return 71;
            posix_spawn_file_actions_destroy(&actions);
            close(log);
            next++;
            running++;
        }
        int status;
        struct rusage used;
        if (wait4(-1, &status, 0, &used) > 0) running--;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    struct rusage own;
    getrusage(RUSAGE_SELF, &own);
    double wall = (end.tv_sec - begin.tv_sec) + (end.tv_nsec - begin.tv_nsec) / 1e9;
    double cpu = own.ru_utime.tv_sec + own.ru_stime.tv_sec + (own.ru_utime.tv_usec + own.ru_stime.tv_usec) / 1e6;
    printf("%.0f tasks/s, own processor time %.2f us/task\n", count / wall, cpu / count * 1e6);
    return 0;
}
