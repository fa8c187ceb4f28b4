package dev.ramtide.mappedram;

/**
 * Where a block's bitmap and pages stand in a file.
 *
 * @param bitmapFileOffset first byte of the bitmap
 * @param pagesFileOffset page 0; page i stands i pages behind it
 */
public record BlockPlace(long bitmapFileOffset, long pagesFileOffset) {}
