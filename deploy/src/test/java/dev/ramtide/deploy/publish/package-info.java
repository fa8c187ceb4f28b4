/** The producer's room {@code publish} against a real broker. */
@NullMarked
package dev.ramtide.deploy.publish;

import org.jspecify.annotations.NullMarked;
