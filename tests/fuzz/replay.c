/*
 * Replay: a fuzz target without a fuzzer. Feeds it every file of its corpus, and from each a fixed
 * number of mutations that are the same in every run. usage: replay CORPUS-FOLDER
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/random.h"

enum { MUTATIONS = 300, LARGEST = 256 * 1024, SEED = 20261123 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void mutate(char *bytes, size_t *length, size_t room, struct random *random)
{
    size_t changes = 1 + random_below(random, 8);
    for (size_t i = 0; i<changes && * length> 0; i++) {
        size_t at = random_below(random, *length);
        switch (random_below(random, 4)) {
        case 0:
            bytes[at] = (char)random_next(random);
            break;
        case 1: /* a stretch vanishes */
            *length = at + 1;
            break;
        case 2: /* a stretch comes twice */
            for (size_t k = 0; k < 32 && *length < room; k++, *length += 1)
                bytes[*length] = bytes[(at + k) % *length];
            break;
        default:
            bytes[at] = "{}[]:\"'\r\n\t\0<>%=#"[random_below(random, 16)];
        }
    }
}

static size_t replay(const char *path, struct random *random)
{
    ARENA(arena);
    struct text input;
    struct error err;
    if (!file_read(&arena, path, LARGEST, &input, &err))
        return 0;
    LLVMFuzzerTestOneInput((const uint8_t *)input.at, input.length);
    for (size_t i = 0; i < MUTATIONS; i++) {
        size_t room = input.length + 512, length = input.length;
        char *copy = memory_take(room);
        for (size_t k = 0; k < length; k++)
            copy[k] = input.at[k];
        mutate(copy, &length, room, random);
        LLVMFuzzerTestOneInput((const uint8_t *)copy, length);
        memory_free(copy);
    }
    return 1 + MUTATIONS;
}

int main(int argc, char **argv)
{
    struct random random = random_seeded(SEED);
    size_t inputs = 0;
    DIR *folder = argc > 1 ? opendir(argv[1]) : NULL;
    if (folder == NULL) {
        printf("the corpus folder is missing\n0 passed, 1 failed\n");
        return 1;
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[1024];
        snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
        if (entry->d_name[0] != '.')
            inputs += replay(path, &random);
    }
    closedir(folder);
    printf("%zu inputs\n%d passed, %d failed\n", inputs, inputs > 0, inputs == 0);
    return inputs == 0;
}
