package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.encryption.EpochCipher;

/**
 * What an epoch is and stays.
 *
 * @param epoch the record offset of its claim
 * @param cipher what its records go through before they are encoded
 */
record EpochFacts(long epoch, TopicIds topicIds, EpochCipher cipher) {}
