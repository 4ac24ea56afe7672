/* Stopping: the signals that end a sending, and the time it may take, as the event loop wants them.
 */
#ifndef DESK_STOPPING_H
#define DESK_STOPPING_H

#include <stdbool.h>
#include <stdint.h>

/* From now on SIGINT, SIGTERM and SIGHUP only ask to stop. */
void stopping_listen(void);

/* The same after so many milliseconds of real time. After stopping_listen(). */
void stopping_after(int64_t ms);

/* Becomes 1, and 2 when somebody insists; for struct send_options and struct dispatch_options. */
const volatile int *stopping_asked(void);
int stopping_wake(void);

/* It was the time, no signal. */
bool stopping_by_time(void);

#endif
