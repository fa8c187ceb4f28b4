/**
 * What a guest's memory goes through before Kafka sees it, and after: AES-256-GCM with a data key
 * for each epoch, which travels wrapped by a key-encryption key (schemas/decisions/015).
 *
 * <p>No secret is ever logged or part of a message; key ids are.
 */
@NullMarked
package dev.ramtide.encryption;

import org.jspecify.annotations.NullMarked;
