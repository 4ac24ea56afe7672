/*
 * Inline: the styles of a template's <style> become style attributes, once, when it is compiled.
 *
 * Many mail programs drop the head of a message; what stands on the elements stays. A rule moves
 * when every selector in it is simple (css.h); media queries, dark-mode rules, pseudo-classes and
 * rules with !important stay where they are, as does a rule of which it cannot be known whom it
 * means: a class that is merged, an element that opens in a section and closes outside of it. Else
 * no byte changes, merge tags included. What an element already says for itself wins, as it does
 * in a browser.
 */
#ifndef TEMPLATE_INLINE_H
#define TEMPLATE_INLINE_H

#include "template/template.h"

/* `whole`: the stretches are all there is; else rules are copied and stay as well, for what comes
 * later. Fits struct template_shaper. */
void inline_styles(void *self, struct arena *arena, struct template_stretch *stretches,
                   size_t count, bool whole);

#endif
