/* Progress: one line on the terminal that says how far, how fast and how long still. */
#include "desk/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/banned.h"

enum { REDRAW_MS = 100, NARROW = 40, WIDE = 100, LINE = 512 };

const char *grouped(uint64_t number, char text[GROUPED])
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number), at = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = digits[i];
    }
    text[at] = '\0';
    return text;
}

static unsigned terminal_columns(void)
{
    struct winsize size;
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : 80;
}

struct progress progress_begin(const struct clock *clock, const char *label, uint64_t total,
                               bool quiet)
{
    return (struct progress){.clock = clock,
                             .label = label,
                             .shown = !quiet && total > 0 && isatty(STDERR_FILENO),
                             .total = total,
                             .began_ms = clock_steady_ms(clock)};
}

static void add_bar(struct buffer *out, uint64_t done, uint64_t total, unsigned width)
{
    unsigned filled = (unsigned)(done * width / total);
    buffer_add_byte(out, '[');
    buffer_add_repeated(out, '=', filled);
    if (filled < width)
        buffer_add_byte(out, '>');
    buffer_add_repeated(out, ' ', filled < width ? width - filled - 1 : 0);
    buffer_add_byte(out, ']');
}

static void add_time_left(struct buffer *out, int64_t seconds)
{
    if (seconds < 90)
        buffer_printf(out, "  %lld s left", (long long)seconds);
    else if (seconds < 90 * 60)
        buffer_printf(out, "  %lld min left", (long long)(seconds / 60));
    else
        buffer_printf(out, "  %lld h %lld min left", (long long)(seconds / 3600),
                      (long long)(seconds / 60 % 60));
}

void progress_render(const struct progress *progress, int64_t now_ms, unsigned columns,
                     struct buffer *out)
{
    char done[GROUPED], total[GROUPED], rate_text[GROUPED];
    uint64_t shown = progress->done < progress->total ? progress->done : progress->total;
    int64_t elapsed_ms = now_ms - progress->began_ms;
    BUFFER(numbers, LINE);
    buffer_printf(&numbers, " %s/%s", grouped(shown, done), grouped(progress->total, total));
    if (elapsed_ms > 0 && shown > 0) {
        double rate = (double)shown * 1000.0 / (double)elapsed_ms;
        buffer_printf(&numbers, "  %s/s", grouped((uint64_t)(rate + 0.5), rate_text));
        add_time_left(&numbers, (int64_t)((double)(progress->total - shown) / rate + 0.5));
    }
    size_t taken = strlen(progress->label) + 4 + numbers.length;
    buffer_printf(out, "%s ", progress->label);
    if (columns > taken + 10)
        add_bar(out, shown, progress->total,
                columns - (unsigned)taken < NARROW ? columns - (unsigned)taken : NARROW);
    buffer_add(out, buffer_text(&numbers));
}

static void draw(struct progress *progress)
{
    BUFFER(line, LINE);
    unsigned columns = terminal_columns();
    buffer_add_string(&line, "\r\x1b[K");
    progress_render(progress, clock_steady_ms(progress->clock), columns < WIDE ? columns : WIDE,
                    &line);
    fputs(buffer_string(&line), stderr);
    progress->drawn = true;
}

static void erase(struct progress *progress)
{
    if (progress->drawn)
        fputs("\r\x1b[K", stderr);
    progress->drawn = false;
}

void progress_update(struct progress *progress, uint64_t done)
{
    int64_t now_ms = clock_steady_ms(progress->clock);
    progress->done = done;
    if (!progress->shown || (progress->drawn && now_ms - progress->drawn_ms < REDRAW_MS))
        return;
    progress->drawn_ms = now_ms;
    draw(progress);
}

void progress_end(struct progress *progress)
{
    erase(progress);
    progress->shown = false;
}

void progress_aside(void *self, bool begin)
{
    struct progress *progress = self;
    if (!progress->shown)
        return;
    if (begin)
        erase(progress);
    else
        draw(progress);
}
