package dev.ramtide.sink.restore;

import dev.ramtide.integrity.PageDigest;

/**
 * What an image holds, read from the file alone.
 *
 * @param digest XOR over all pages: comparable with a manifest's, whatever the number of partitions
 * @param pageCount pages of all RAMBlocks
 * @param dataPageCount of these, pages that are not all zero
 * @param deviceStateBytes length of what follows the memory
 * @param deviceStateChecksum CRC-32C of that
 */
public record ImageProof(
    PageDigest digest,
    String machineType,
    long pageCount,
    long dataPageCount,
    long deviceStateBytes,
    int deviceStateChecksum) {}
