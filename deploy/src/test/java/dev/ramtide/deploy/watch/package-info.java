/** What a person sees of a running agent or sink, in a real browser. */
@NullMarked
package dev.ramtide.deploy.watch;

import org.jspecify.annotations.NullMarked;
