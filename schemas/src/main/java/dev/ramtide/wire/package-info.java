/**
 * What travels: topics, Avro records, the Confluent wire format.
 *
 * <p>The only room that sees Avro. Domain records go in and out; the generated classes ({@code
 * wire.avro}, from {@code src/main/avro}) stay here. Whatever bytes come in, they end as a checked
 * domain record or a {@link dev.ramtide.wire.MalformedEventException}, and nothing is allocated on
 * the word of an unchecked length.
 */
@NullMarked
package dev.ramtide.wire;

import org.jspecify.annotations.NullMarked;
