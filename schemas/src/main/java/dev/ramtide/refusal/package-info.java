/**
 * What a Kafka cluster refuses to a client, and what an operator has to change: rights, identity,
 * certificates. One wording for all verbs.
 *
 * <p>Knows Kafka's errors, and none of its clients. No threads, but those that ask many ports at
 * once.
 */
@NullMarked
package dev.ramtide.refusal;

import org.jspecify.annotations.NullMarked;
