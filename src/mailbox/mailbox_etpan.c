/* Stream, for libetpan: our connection behind its mailstream. Its own drivers accept any
 * certificate and spin on a connection that ended. */
#include <libetpan/mailstream.h>

#include "base/banned.h"
#include "base/memory.h"
#include "mailbox/mailbox_stream.h"

enum { STREAM_BUFFER = 8 * 1024 };

static ssize_t low_read(mailstream_low *low, void *at, size_t size)
{
    return mailbox_stream_read(low->data, at, size);
}

static ssize_t low_write(mailstream_low *low, const void *at, size_t size)
{
    return mailbox_stream_write(low->data, at, size);
}

static int low_close(mailstream_low *low)
{
    (void)low;
    return 0;
}

static int low_descriptor(mailstream_low *low)
{
    (void)low;
    return -1;
}

static void low_free(mailstream_low *low)
{
    free(low);
}

static void low_cancel(mailstream_low *low)
{
    (void)low;
}

void *mailbox_stream_for_etpan(struct mailbox_stream *stream)
{
    static mailstream_low_driver driver = {
        .mailstream_read = low_read,
        .mailstream_write = low_write,
        .mailstream_close = low_close,
        .mailstream_get_fd = low_descriptor,
        .mailstream_free = low_free,
        .mailstream_cancel = low_cancel,
    };
    mailstream_low *low = mailstream_low_new(stream, &driver);
    mailstream *whole = low != NULL ? mailstream_new(low, STREAM_BUFFER) : NULL;
    if (whole == NULL)
        memory_gone();
    return whole;
}
