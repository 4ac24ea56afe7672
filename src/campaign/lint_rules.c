/* Lint rules: the table. */
#include "campaign/lint_rules.h"

#include "base/banned.h"

#define BAD SEVERITY_ERROR
#define DOUBT SEVERITY_WARNING
#define NOTE SEVERITY_NOTE

const struct lint_rule lint_rules[] = {
    /* what the law and the mailbox providers demand */
    {"unsubscribe-html", BAD,
     "the HTML part has no link to end it, which the law and the mailbox providers demand",
     "put {{unsubscribe_url}} into a link of the layout's footer"},
    {"unsubscribe-text", BAD, "the text part has no link to end it; some readers see nothing else",
     "put {{unsubscribe_url}} on a line of its own at the end of the text layout"},
    {"postal-address", BAD, "the law (CAN-SPAM) asks for the sender's postal address in every mail",
     "put {{sender.postal_address}} into the footer of both layouts"},
    {"postal-address-unset", DOUBT,
     "the law (CAN-SPAM) asks for the sender's postal address, and a footer can only show one that "
     "is configured",
     "set sender.postal_address in config/broadside.yaml"},
    {"list-unsubscribe", DOUBT,
     "Gmail and Yahoo ask bulk senders for one-click unsubscribe (RFC 8058), which needs an https "
     "address; other programs write to the mailto address",
     "set unsubscribe.url to an https URL and unsubscribe.mailto in config/broadside.yaml"},
    {"from-alignment", DOUBT,
     "From and return path of different domains fail DMARC unless DKIM saves them",
     "let bounces.return_path and the From address share a domain"},
    {"shared-from", BAD,
     "a free mailbox provider publishes that only its own servers may write from its domain, so "
     "this mail is refused everywhere",
     "send from a domain of your own"},
    /* the inbox list */
    {"subject-length", DOUBT, "a phone shows about 40 characters of a subject, Gmail about 70",
     "say the point within 70 characters"},
    {"subject-shouting", DOUBT, "capitals and rows of ! look like spam, to people and to filters",
     "write the subject as you would say it"},
    {"preheader", DOUBT,
     "without a preheader the inbox shows whatever text comes first, often a menu or an address",
     "add `preheader:`, one line that goes on where the subject ends"},
    {"preheader-length", NOTE, "inboxes show at most about 110 characters of a preheader",
     "keep the point of it at the front"},
    /* the text part */
    {"text-part", DOUBT, "the text part says much less than the HTML part; filters compare the two",
     "let the text layout carry the body, or write a text_file of its own"},
    {"line-length", NOTE, "programs that show plain text break long lines where they like",
     "keep lines of the text part below 78 characters"},
    /* links */
    {"link-empty", BAD, "a link leads nowhere", "give it an address, or take the link away"},
    {"link-relative", BAD, "in a mail there is no page that a relative address could start from",
     "write the whole address, with https://"},
    {"link-http", DOUBT, "an address without https can be read and changed on the way",
     "write https://"},
    {"link-example", DOUBT, "the address is a placeholder: nobody will find a page there",
     "put in the real address"},
    {"link-text", BAD,
     "the text shows another address than the link opens, as phishing does; filters look for it",
     "show the same address, or words instead of one"},
    {"link-vague", NOTE, "a screen reader lists links by their words alone",
     "say in the link what is behind it"},
    {"link-shortener", DOUBT, "link shorteners hide where a link goes; many filters refuse them",
     "link to the page itself"},
    {"link-tracking", DOUBT,
     "a link through a counter, or with marks for one, tells who clicked; readers and filters "
     "mistrust it",
     "link to the page itself, without utm_ and the like"},
    {"href-merge", BAD, "an unescaped value in a link can break out of it",
     "use two braces, {{name}}, or the url filter, {{name | url}}"},
    /* images */
    {"image-alt", DOUBT, "without images, and to a screen reader, this image says nothing",
     "add alt=\"…\", or alt=\"\" when it is only decoration"},
    {"image-source", BAD, "a mail program can only load an image by its whole https address",
     "write the whole address, with https://"},
    {"image-only", DOUBT,
     "a mail of images and hardly any text looks like spam, and is blank "
     "until images are allowed",
     "say it in text as well"},
    {"tracking-pixel", DOUBT, "an image of one pixel watches readers; programs block or fake it",
     "take it out"},
    /* markup */
    {"active-content", BAD,
     "mail programs drop scripts, forms, frames and event handlers, and filters count them",
     "link to a page that has it"},
    {"page-language", NOTE, "a screen reader needs to know the language",
     "write <html lang=\"…\"> in the layout"},
    {"viewport", NOTE, "without it phones show the mail as a shrunken page",
     "add <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"},
    {"table-role", DOUBT, "a screen reader announces a layout table cell by cell",
     "add role=\"presentation\" to tables that only lay out"},
    {"contrast", DOUBT, "text this faint cannot be read by many (WCAG 2.1 asks for 4.5 to 1)",
     "make the text darker or the background lighter"},
    {"font-size", DOUBT, "text below 12 pixels is too small to read on a phone",
     "set a font-size of at least 12px"},
    {"dark-mode", NOTE, "undeclared, programs in dark mode invert colours as they guess",
     "add <meta name=\"color-scheme\" content=\"light dark\"> and "
     "@media (prefers-color-scheme: dark) rules"},
    {"dark-colors", DOUBT,
     "a text colour without a background vanishes when a program darkens the background",
     "set background-color wherever you set color, or on a box around it"},
    {"media-important", NOTE,
     "styles stand on the elements when it is sent, and win over a media rule without !important",
     "add !important within @media"},
    /* size */
    {"size-clip", DOUBT, "Gmail cuts a message off behind 102 KB of HTML, footer and all",
     "shorten it, or take out comments and styles that are not used"},
    {"size-message", DOUBT, "many mailboxes refuse messages of more than 10 MB",
     "link to the files instead of attaching them"},
    /* languages, data, audience */
    {"language-incomplete", DOUBT,
     "a part that a language does not give is the default's, so the "
     "mail mixes languages",
     "translate it under `languages:`"},
    {"language-missing", NOTE, "selected members read a language that the campaign does not have",
     "add it under `languages:`"},
    {"unused-data", NOTE, "nothing shows this", "use it, or take it out of `data:`"},
    {"unreachable-section", DOUBT, "the condition can never hold, so nobody sees what is inside",
     "look for a typing mistake, or take the section out"},
    {"audience-unknown", DOUBT,
     "a condition on what no member has selects nobody, and excludes nobody either",
     "compare `audience:` with what `broadside export` shows"},
    {"audience-empty", DOUBT, "a campaign that reaches nobody is finished the moment it is sent",
     "compare `audience:` with what `broadside members` shows; `broadside plan` says who is left "
     "out and why"},
    {"members-skipped", NOTE, "somebody who ought to get it may be among those who would not",
     "`broadside plan` says who and why"},
    {NULL, NOTE, NULL, NULL},
};

const struct lint_rule *lint_rule_find(struct text name)
{
    for (const struct lint_rule *rule = lint_rules; rule->name != NULL; rule++)
        if (text_equal(text_of(rule->name), name))
            return rule;
    return NULL;
}

static void add_cell(struct buffer *out, const char *words)
{
    for (const char *at = words; *at != '\0'; at++) {
        if (*at == '|' || *at == '<')
            buffer_add_byte(out, '\\');
        buffer_add_byte(out, *at);
    }
}

void lint_render_markdown(struct buffer *out)
{
    static const char *const severities[] = {"note", "warning", "error"};
    buffer_add_string(out,
                      "## Lint\n\n`check` and `preview` apply these rules. A campaign switches "
                      "one off with `lint: {off: [NAME], reason: …}`.\n\n"
                      "| rule | | why | what to do |\n|---|---|---|---|\n");
    for (const struct lint_rule *rule = lint_rules; rule->name != NULL; rule++) {
        buffer_printf(out, "| `%s` | %s | ", rule->name, severities[rule->severity]);
        add_cell(out, rule->reason);
        buffer_add_string(out, " | ");
        add_cell(out, rule->remedy);
        buffer_add_string(out, " |\n");
    }
}
