/**
 * How a page, a partition and an event are proven: XXH3-128 per page, XOR per partition, CRC-32C
 * per event.
 */
@NullMarked
package dev.ramtide.integrity;

import org.jspecify.annotations.NullMarked;
