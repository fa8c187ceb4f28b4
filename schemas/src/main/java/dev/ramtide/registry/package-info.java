/**
 * A schema registry with Confluent's REST interface, as a client sees it: schemas in, ids out.
 *
 * <p>Knows nothing of Avro or events: a schema is a text here. Secrets (passwords in settings) are
 * in no message and no {@code toString}. Every call is bounded in time and in the size of its
 * answer.
 */
@NullMarked
package dev.ramtide.registry;

import org.jspecify.annotations.NullMarked;
