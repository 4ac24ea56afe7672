/*
 * Fuzz document: any bytes as a configuration, as a campaign, and as the value of an override. What
 * must hold: no crash, an error or a result but never neither, every place inside the file, and
 * every text free of control characters.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "campaign/campaign.h"
#include "campaign/config.h"
#include "settings/override.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned count_lines(struct text text)
{
    unsigned lines = 1;
    for (size_t i = 0; i < text.length; i++)
        lines += text.at[i] == '\n';
    return lines;
}

static void hold_node(const struct node *node, unsigned lines)
{
    bool block = node->style == NODE_LITERAL || node->style == NODE_FOLDED;
    must(node->place.line <= lines + 1);
    must(node->faulty || !text_has_control(node->text, block ? "\n\t" : NULL));
    for (size_t i = 0; i <= node->text.length && i < 200; i++) {
        struct place place = document_place_at(node, i);
        must(place.line >= node->place.line && place.line <= lines + 1);
    }
    for (const struct node *child = node->first; child != NULL; child = child->next)
        hold_node(child, lines);
}

static void read_as_document(struct text text)
{
    ARENA(arena);
    FINDINGS(findings);
    struct node *root = document_read(&arena, text, TEXT("f"), FAULT_FILE, &findings);
    must(root != NULL || findings.errors > 0);
    if (root != NULL)
        hold_node(root, count_lines(text));
    if (root != NULL && root->type == NODE_MAPPING)
        override_apply(&arena, root, text, FAULT_CONFIG, &findings);
}

static void read_as_files(struct text text)
{
    ARENA(arena);
    FINDINGS(findings);
    struct config config;
    struct campaign campaign;
    unsigned before = 0;
    bool sound = config_read(&arena, text, TEXT("f"), NULL, 0, &findings, &config);
    must(sound == (findings.errors == 0));
    before = findings.errors;
    sound = campaign_read(&arena, text, TEXT("f"), &findings, &campaign);
    must(sound == (findings.errors == before));
    if (sound)
        must(campaign_wording(&campaign, TEXT("es")).subject.text.length > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text = {(const char *)data, size};
    read_as_document(text);
    read_as_files(text);
    return 0;
}
