/* Interfere, inside: what fate was ordered, and what each step asks of it. */
#ifndef CRASH_INTERFERE_H
#define CRASH_INTERFERE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum step {
    STEP_FSYNC,
    STEP_FDATASYNC,
    STEP_PWRITE,
    STEP_WRITE,
    STEP_FTRUNCATE,
    STEP_UNLINK,
    STEP_RENAME,
    STEP_CONNECT,
    STEP_SEND,
    STEP_RECV,
    STEP_FLOCK,
    STEP_MALLOC,
    STEPS,
    STEP_ANY = STEPS,
};

/* What happens to the step that is arriving. */
struct here {
    int error; /* it fails with this errno; 0: it does not */
    bool torn, dies_after;
};
struct here interfere_arrive(enum step step);
_Noreturn void interfere_die(void);

/* How far ahead the wall clock is, and how many times as fast both run. */
extern int64_t interfere_ahead_ms, interfere_speed;
/* Cores are written whatever the program asks for. */
extern bool interfere_cores;
/* When the program was loaded, by the true clocks: wall, monotonic. */
extern struct timespec interfere_began[2];

/* interfere_calls.c: finds the true functions, before anything is counted. */
void interfere_find_calls(void);
void interfere_true_time(clockid_t clock, struct timespec *ret_time);

#endif
