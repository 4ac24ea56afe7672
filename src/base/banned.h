/* Banned: the C functions that a limit cannot hold. Using one does not compile. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What to use instead: struct buffer for building, text_ functions for reading, clock_ for time. */
#pragma GCC poison strcpy strncpy strcat strncat sprintf vsprintf strtok atoi atol atof
#pragma GCC poison gmtime localtime ctime asctime rand srand tmpnam mktemp

#endif
