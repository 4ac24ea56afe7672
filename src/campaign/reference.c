/* Reference: the files that the manual describes, each with its key table. */
#include "campaign/reference.h"

#include "campaign/campaign.h"
#include "campaign/config.h"
#include "campaign/lint_rules.h"
#include "campaign/reasons.h"

#include "base/banned.h"

const struct manual_file reference_files[REFERENCE_COUNT] = {
    [REFERENCE_CONFIG] = {"config/broadside.yaml",
                          "Who sends, by which relay, how fast, and where answers go.",
                          &config_shape},
    [REFERENCE_CAMPAIGN] = {"campaigns/NAME.yaml", "One campaign: what it says, to whom, and when.",
                            &campaign_shape},
    [REFERENCE_VERDICTS] = {REASONS_PATH,
                            "What servers' words mean, where you know better than the program.",
                            &reasons_shape},
};

void reference_render(struct buffer *out)
{
    manual_render_markdown(out, reference_files, REFERENCE_COUNT);
    buffer_add_byte(out, '\n');
    lint_render_markdown(out);
}
