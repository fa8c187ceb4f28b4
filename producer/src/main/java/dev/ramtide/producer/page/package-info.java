/**
 * What the status page of an agent asks for: the capture under way, and the checkpoints taken.
 * Facts about pages, never their bytes.
 */
@NullMarked
package dev.ramtide.producer.page;

import org.jspecify.annotations.NullMarked;
