/* Member report: one member as --json shows them, wherever members are listed. */
#include "desk/member_report.h"

#include "base/banned.h"

enum { MEMBER_JSON = 1024 * 1024 };

bool member_report(const struct member *member, struct error *err)
{
    ARENA(scratch);
    BUFFER(out, MEMBER_JSON);
    struct value attributes;
    struct json_writer writer = {.out = &out};
    if (!json_parse(&scratch, member->attributes, member->key, &attributes, err))
        return false;
    json_begin_object(&writer);
    json_put_text(&writer, "key", member->key);
    json_put_text(&writer, "email", member->email);
    json_put_string(&writer, "kind", member_kind_name(member->kind));
    json_put_text(&writer, "first_name", member->first_name);
    json_put_text(&writer, "last_name", member->last_name);
    json_put_text(&writer, "organization", member->organization);
    json_put_text(&writer, "role", member->role);
    json_put_text(&writer, "language", member->language);
    json_put_text(&writer, "timezone", member->timezone);
    json_put_text(&writer, "tags", member->tags);
    json_key(&writer, "attributes");
    json_say_tree(&writer, &attributes);
    json_end_object(&writer);
    session_say_line(&out);
    return true;
}
